/** A request's body within bounds, unpacked within bounds. */

import { createGunzip, createInflate } from 'node:zlib'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { Refusal } from './failure.ts'

/** A body after unpacking, bytes: 512 spans with long prompts. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024

const UNPACK = { gzip: createGunzip, deflate: createInflate } as const

/**
 * @throws Refusal 413 for more than the bound, packed or not; 415 for another packing; 400 for
 *   bytes that do not unpack
 */
export async function readBody(request: Request, bytesMax = BODY_BYTES_MAX): Promise<Buffer> {
  const { body, headers } = request
  if (body === null) return Buffer.alloc(0)
  if (Number(headers.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax)
  const packing = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  const source = Readable.fromWeb(body as ReadableStream<Uint8Array>)
  if (packing === 'identity' || packing === '') return gather(source, bytesMax)
  if (packing !== 'gzip' && packing !== 'deflate') {
    throw new Refusal(415, `content-encoding ${packing.slice(0, 40)}: gzip, deflate or none`)
  }
  const unpack = UNPACK[packing]()
  // `pipe` tells nothing of what breaks before it.
  source.on('error', (error) => unpack.destroy(error))
  try {
    return await gather(source.pipe(unpack), bytesMax)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(400, `the body does not unpack: ${(error as Error).message}`)
  } finally {
    source.destroy()
    unpack.destroy()
  }
}

async function gather(source: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.length
    if (bytes > bytesMax) throw tooLarge(bytesMax)
    pieces.push(piece)
  }
  return Buffer.concat(pieces, bytes)
}

const tooLarge = (bytesMax: number): Refusal =>
  new Refusal(413, `more than ${bytesMax} bytes; send less at a time`)
