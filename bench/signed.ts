/**
 * Makes a candidate of anything that carries bytes: the same signatures and the same work for all.
 */

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Candidate, Handle, Running, Site, Transport } from './candidates/candidate.ts'

const SIGNATURE_BYTES = 64

/** Where the work is done: JSON in, JSON out. */
export interface Work extends Running {
  run: Handle
}

/** The work of the `echo` skill in the server's own process. */
export const inline = async (): Promise<Work> => ({
  run: async (input) => Buffer.from(JSON.stringify(JSON.parse(utf8(input)).text)),
  close: async () => {}
})

/** @param startWork called once in the server's process */
export function signed(transport: Transport, startWork = inline): Candidate {
  const help = transport.help?.bind(transport)
  return {
    ...(help === undefined ? {} : { help }),
    serve: async (site) => {
      const work = await startWork()
      const running = await transport.listen(site, signedHandle(site, work))
      return {
        close: async () => {
          await running.close()
          await work.close()
        }
      }
    },
    connect: async (site) => {
      const line = await transport.dial(site)
      const mine = privateKey(site.seeds.client)
      const theirs = publicKey(site.seeds.server)
      const call = async (text: string) => {
        const answer = await line.send(seal(Buffer.from(JSON.stringify({ text })), mine))
        return JSON.parse(utf8(open(answer, theirs))) as string
      }
      return { call, close: () => line.close() }
    }
  }
}

function signedHandle(site: Site, work: Work): Handle {
  const mine = privateKey(site.seeds.server)
  const theirs = publicKey(site.seeds.client)
  return async (request) => seal(await work.run(open(request, theirs)), mine)
}

function seal(bytes: Uint8Array, key: KeyObject): Uint8Array {
  const sealed = Buffer.allocUnsafe(SIGNATURE_BYTES + bytes.length)
  sealed.set(sign(null, bytes, key))
  sealed.set(bytes, SIGNATURE_BYTES)
  return sealed
}

function open(sealed: Uint8Array, key: KeyObject): Uint8Array {
  const bytes = sealed.subarray(SIGNATURE_BYTES)
  if (!verify(null, bytes, key, sealed.subarray(0, SIGNATURE_BYTES))) {
    throw new Error('a signature did not verify')
  }
  return bytes
}

function privateKey(seed: string): KeyObject {
  const key = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex')
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

const publicKey = (seed: string): KeyObject => createPublicKey(privateKey(seed))

export const utf8 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
