/** Time and chance of the client: the only place that reads them here. */

import { randomBytes } from 'node:crypto'

export interface TraceClock {
  /** ms since 1970, with fractions. */
  now(): number
  random(bytes: number): Uint8Array
}

export const systemTraceClock: TraceClock = {
  now: () => performance.timeOrigin + performance.now(),
  random: (bytes) => randomBytes(bytes)
}
