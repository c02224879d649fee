/** The only place that reads time and chance; everything else takes them as arguments. */

import { randomBytes, randomFillSync } from 'node:crypto'

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

/**
 * Random bytes fetched at once, bytes: a call costs more than the bytes. Each is given out once.
 */
const POOL_BYTES = 4_096
const pool = new Uint8Array(POOL_BYTES)
let given = POOL_BYTES

function fromPool(bytes: number): Uint8Array {
  if (bytes > POOL_BYTES / 8) return new Uint8Array(randomBytes(bytes))
  if (given + bytes > POOL_BYTES) {
    randomFillSync(pool)
    given = 0
  }
  const end = given + bytes
  const taken = pool.slice(given, end)
  // What was given out must not stay readable in the pool.
  pool.fill(0, given, end)
  given = end
  return taken
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  chance: () => Math.random(),
  random: fromPool
}
