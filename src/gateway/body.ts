/** A request's body within bounds, unpacked within bounds. */

import { createGunzip, createInflate } from 'node:zlib'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { PeerworkError } from '../protocol/errors.ts'
import { Refusal } from './failure.ts'

/** A body after unpacking, bytes: 512 spans with long prompts. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024
/** Bodies being read or stored, of all requests, bytes: as parsed objects several times. */
const ROOM_BYTES_MAX = 64 * 1024 * 1024
/** What a sender is told to wait when there is no room, ms. */
const RETRY_AFTER_MS = 1_000

const UNPACK = { gzip: createGunzip, deflate: createInflate } as const

/** Bytes that all bodies together may take: two hundred slow senders must not fill the memory. */
export class BodyRoom {
  readonly #max: number
  #taken = 0

  constructor(bytesMax = ROOM_BYTES_MAX) {
    this.#max = bytesMax
  }

  /** Room for one body; given back when it was dealt with. */
  portion(): Portion {
    let own = 0
    return {
      grow: (bytes) => {
        if (this.#taken + bytes > this.#max) {
          const facts = { retryAfterMs: RETRY_AFTER_MS }
          throw new PeerworkError('BUSY', 'too many bodies at once', facts)
        }
        own += bytes
        this.#taken += bytes
      },
      [Symbol.dispose]: () => {
        this.#taken -= own
        own = 0
      }
    }
  }
}

export interface Portion extends Disposable {
  /** @throws PeerworkError `BUSY` */
  grow(bytes: number): void
}

export interface BodyLimits {
  readonly bytesMax?: number
  readonly portion?: Portion
}

/**
 * @throws Refusal 413 for more than the bound, packed or not; 415 for another packing; 400 for
 *   bytes that do not unpack, or break off @throws PeerworkError `BUSY`
 */
export async function readBody(request: Request, limits: BodyLimits = {}): Promise<Buffer> {
  const { bytesMax = BODY_BYTES_MAX } = limits
  const { body, headers } = request
  if (body === null) return Buffer.alloc(0)
  if (Number(headers.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax)
  const packing = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  const source = Readable.fromWeb(body as ReadableStream<Uint8Array>)
  const unpack = unpackerOf(packing)
  // `pipe` tells nothing of what breaks before it.
  source.on('error', (error) => unpack?.destroy(error))
  try {
    return await gather(unpack === undefined ? source : source.pipe(unpack), {
      ...limits,
      bytesMax
    })
  } catch (error) {
    if (error instanceof Refusal || error instanceof PeerworkError) throw error
    const what = unpack === undefined ? 'the body broke off' : 'the body does not unpack'
    throw new Refusal(400, `${what}: ${(error as Error).message}`)
  } finally {
    source.destroy()
    unpack?.destroy()
  }
}

/** @throws Refusal 415 */
function unpackerOf(packing: string) {
  if (packing === 'identity' || packing === '') return undefined
  if (packing === 'gzip' || packing === 'deflate') return UNPACK[packing]()
  throw new Refusal(415, `content-encoding ${packing.slice(0, 40)}: gzip, deflate or none`)
}

async function gather(
  source: AsyncIterable<Buffer>,
  { bytesMax, portion }: BodyLimits & { readonly bytesMax: number }
): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.length
    if (bytes > bytesMax) throw tooLarge(bytesMax)
    portion?.grow(piece.length)
    pieces.push(piece)
  }
  return Buffer.concat(pieces, bytes)
}

const tooLarge = (bytesMax: number): Refusal =>
  new Refusal(413, `more than ${bytesMax} bytes; send less at a time`)
