/**
 * What the collector knows of one start of one producer: what is held, what there is, and whether
 * batches fit each other.
 */

import { sameBytes, toHex } from '../../protocol/canonical.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import { insert, joined, sizeOf, touches, without } from '../../node/trace/ranges.ts'
import type { LogName } from '../../node/trace/api.ts'
import { GONE_MAX } from '../merge.ts'
import type { Range } from '../store.ts'

/** Ends of batches that are remembered to check what joins them, count: 25,000 events. */
const SEAMS_MAX = 512
/**
 * Pieces that what is held of one start lies in, count, 0.5 MB: a producer whose log was full for
 * days has thousands, and whoever makes more makes them for their own sake.
 */
const PIECES_MAX = 8_192
/** Numbers of forks that are remembered, count: one is proof enough. */
const FORKS_MAX = 64

export class KnownLog implements LogName {
  readonly by: string
  readonly boot: string
  /** What the producer said last of itself. */
  head: Sealed<TraceHead> | undefined
  /** Sequence numbers of which there are two batches. */
  readonly forks = new Set<number>()
  /** Batches that name another predecessor than the one that is held, count. */
  broken = 0
  /** Of a start before ours: the store has nothing left of it, and knows it when it comes again. */
  isPast = false
  /** When its newest batch or head was sealed, ms since 1970 by its own clock. */
  issued = 0
  #held: Range[] = []
  /** Numbers in them, count. */
  #heldCount = 0
  #gone: readonly Range[] = []
  /** The last batch: its first number and digest, hex. */
  #tip: { first: number; to: number; digest: string } | undefined
  /** Digests by the number after the batch's last event, and predecessors by its first. */
  readonly #ends = new Map<number, Uint8Array>()
  readonly #begins = new Map<number, Uint8Array>()

  constructor({ by, boot }: LogName) {
    this.by = by
    this.boot = boot
  }

  get held(): readonly Range[] {
    return this.#held
  }

  get tip(): { first: number; to: number; digest: string } | undefined {
    return this.#tip
  }

  /** Where a tail would go on. */
  get next(): number {
    return this.#held.at(-1)?.to ?? 0
  }

  /** What is known to have been, and is not held. */
  get missing(): Range[] {
    const next = Math.max(this.head?.body.next ?? 0, this.next)
    return next === 0 ? [] : without(without([{ from: 0, to: next }], this.#held), this.#gone)
  }

  get missingCount(): number {
    // Asked with each head: what is missing may be in very many pieces.
    const lacked = Math.max(this.head?.body.next ?? 0, this.next) - this.#heldCount
    return this.#gone.length === 0 ? lacked : lacked - sizeOf(without(this.#gone, this.#held))
  }

  /** What the producer itself has no more: it never comes. */
  get gone(): readonly Range[] {
    return this.#gone
  }

  /** @returns whether that is news */
  lose(ranges: readonly Range[]): boolean {
    const gone = joined([...this.#gone, ...ranges]).slice(0, GONE_MAX)
    if (sizeOf(gone) === sizeOf(this.#gone)) return false
    this.#gone = gone
    return true
  }

  /** Whether there is room for a batch; not for yet another hole when there are very many. */
  takes({ first, events }: Pick<TraceBatch, 'first' | 'events'>): boolean {
    const range = { from: first, to: first + events.length }
    return this.#held.length < PIECES_MAX || touches(this.#held, range)
  }

  /** Events that are held, count. */
  get heldCount(): number {
    return this.#heldCount
  }

  hold(ranges: readonly Range[]): void {
    this.#held = joined([...this.#held, ...ranges])
    this.#heldCount = sizeOf(this.#held)
  }

  fork(first: number): void {
    if (this.forks.size < FORKS_MAX) this.forks.add(first)
  }

  /** A newer head counts. @returns whether it says something else than the one before */
  hear(head: Sealed<TraceHead>): boolean {
    const before = this.head?.body
    const { body } = head
    if (before !== undefined && before.issued >= body.issued) return false
    // A copy: what came over a stream is a view that would keep all that came with it.
    this.head = { body, bytes: new Uint8Array(head.bytes), digest: head.digest }
    this.issued = Math.max(this.issued, body.issued)
    return (
      before === undefined ||
      before.next !== body.next ||
      before.oldest !== body.oldest ||
      before.dropped !== body.dropped
    )
  }

  /** A batch is held. @returns false when it does not fit its neighbours, the first time */
  add({ body, digest }: Sealed<TraceBatch>): boolean {
    const { first, prev, events, issued } = body
    const to = first + events.length
    const known = this.#ends.get(to)
    // It comes again from others, and with each tail that is opened anew.
    if (known !== undefined && sameBytes(known, digest)) return true
    this.isPast = false
    this.#heldCount += insert(this.#held, { from: first, to })
    this.issued = Math.max(this.issued, issued)
    if (this.#tip === undefined || to > this.#tip.to) {
      this.#tip = { first, to, digest: toHex(digest) }
    }
    const before = this.#ends.get(first)
    const after = this.#begins.get(to)
    const fits = matches(before, prev) && matches(after, digest)
    if (!fits) this.broken++
    remember(this.#ends, to, digest)
    if (prev !== undefined) remember(this.#begins, first, prev)
    return fits
  }

  /** Whether a holder's last batch, or what a head says of it, is another one than ours. */
  disputes(to: number, digest: Uint8Array): boolean {
    const own = this.#ends.get(to)
    return own !== undefined && !sameBytes(own, digest)
  }
}

const matches = (known: Uint8Array | undefined, told: Uint8Array | undefined): boolean =>
  known === undefined || (told !== undefined && sameBytes(known, told))

function remember(map: Map<number, Uint8Array>, key: number, value: Uint8Array): void {
  map.set(key, value)
  if (map.size > SEAMS_MAX) map.delete(map.keys().next().value ?? 0)
}
