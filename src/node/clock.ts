/** The only place that reads time and chance; everything else takes them as arguments. */

import { randomBytes } from 'node:crypto'

export interface Clock {
  /** Wall clock, ms since 1970: for what is signed or shown. */
  now(): number
  /** Monotonic, ms with fractions: for durations. */
  elapsed(): number
  /** From 0 up to 1: for jitter, never for secrets. */
  chance(): number
  /** Cryptographic randomness: ids, nonces, keys. */
  random(bytes: number): Uint8Array
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  chance: () => Math.random(),
  random: (bytes) => new Uint8Array(randomBytes(bytes))
}
