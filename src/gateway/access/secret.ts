/** Secrets that are shown once, and what is kept of them. */

import { createHash, timingSafeEqual } from 'node:crypto'

/** Of randomness: beyond guessing, so a fast hash is enough to keep. */
export const SECRET_BYTES = 32
const ID_BYTES = 6

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

export const sameHash = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other)

/** `pwk_<id>_<secret>`: the id finds it, the secret proves it. */
export function newKey(random: (bytes: number) => Uint8Array): { id: string; key: string } {
  const id = Buffer.from(random(ID_BYTES)).toString('hex')
  return { id, key: `pwk_${id}_${newSecret(random)}` }
}

export const newSecret = (random: (bytes: number) => Uint8Array): string =>
  Buffer.from(random(SECRET_BYTES)).toString('base64url')

const KEY = /^pwk_([0-9a-f]{12})_[\w-]{43}$/

export const keyId = (key: string): string | undefined => KEY.exec(key)?.[1]
