/**
 * Which ids may stand in the journal's rows: a Bloom filter in front of its index.
 *
 * Nearly every task that comes is new, and to find that out in the index costs a busy agent 3 % of
 * its time. "No" is certain here; "maybe" is looked up. Rows that were removed stay maybes, so an
 * agent that took very many tasks looks all of them up again, as if there were no filter.
 *
 * Source: B. H. Bloom, Space/time trade-offs in hash coding with allowable errors, 1970.
 */

/** 512 KiB. Places are chance: a hundred ids have touched nearly every page of it. */
const BITS = 2 ** 22
/** From here on more than one in seven would be looked up in vain, count. */
const IDS_MAX = 1_000_000
/** Words of an id, each a place in the filter: 128 bits of a digest, so they are chance. */
const WORDS = 4

export class JournalIds {
  readonly #bits = new Uint32Array(BITS / 32)
  /** Ids that are in it; one that is added again, as when a write is repeated, counts once. */
  #count = 0
  #whole = false

  /** Every row there is was added: from now on what is not in here is nowhere. */
  whole(): void {
    this.#whole = true
  }

  add(id: Uint8Array): void {
    if (this.#count > IDS_MAX) return
    let fresh = false
    for (let word = 0; word < WORDS; word++) {
      const place = placeOf(id, word)
      const bits = this.#bits[place >>> 5] ?? 0
      const bit = 1 << (place & 31)
      if ((bits & bit) === 0) fresh = true
      this.#bits[place >>> 5] = bits | bit
    }
    if (fresh) this.#count++
  }

  mayHave(id: Uint8Array): boolean {
    if (!this.#whole || this.#count > IDS_MAX) return true
    for (let word = 0; word < WORDS; word++) {
      const place = placeOf(id, word)
      if (((this.#bits[place >>> 5] ?? 0) & (1 << (place & 31))) === 0) return false
    }
    return true
  }
}

/** 22 bits of one word. */
function placeOf(id: Uint8Array, word: number): number {
  const at = word * 4
  const [a = 0, b = 0, c = 0] = [id[at], id[at + 1], id[at + 2]]
  return ((a << 16) | (b << 8) | c) & (BITS - 1)
}
