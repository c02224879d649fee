/**
 * Which numbers of each start are in the log, remembered: whoever asks for lists asks often, and
 * looking through a hundred thousand rows takes a tenth of a second.
 */

import type { SyncRange } from '../../protocol/trace-sync.ts'
import { insert } from './ranges.ts'

/** Starts that are remembered, count, and pieces of one: some bytes mostly, and 1 MB at most. */
const STARTS_MAX = 1_024
const PIECES_MAX = 16_384

export class HeldRanges {
  readonly #starts = new Map<string, SyncRange[]>()

  /** @param look what is in the file, sorted and joined */
  of(start: string, look: () => SyncRange[]): readonly SyncRange[] {
    const known = this.#starts.get(start)
    if (known !== undefined) return known
    const held = look()
    if (held.length === 0 || held.length > PIECES_MAX) return held
    this.#starts.set(start, held)
    const [oldest = ''] = this.#starts.keys()
    if (this.#starts.size > STARTS_MAX) this.#starts.delete(oldest)
    return held
  }

  /** It was written down. */
  add(start: string, range: SyncRange): void {
    const held = this.#starts.get(start)
    if (held !== undefined) insert(held, range)
  }

  /** Something was removed. */
  clear(): void {
    this.#starts.clear()
  }
}
