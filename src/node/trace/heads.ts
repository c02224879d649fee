/**
 * The heads of the own log: sealed when the numbers changed and somebody wants to know, at most
 * one a second; but that an observer began to tail is never kept waiting.
 */

import { toHex } from '../../protocol/canonical.ts'
import { WIRE_VERSION } from '../../protocol/constants.ts'
import type { Identity } from '../../protocol/identity.ts'
import { seal } from '../../protocol/seal.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { Clock } from '../clock.ts'
import type { KeptBoot } from './batch-store.ts'

/** Between two heads, ms. */
export const HEAD_EVERY_MS = 1_000

/** Heads of earlier starts that are remembered, count: as many as one list has. */
const BEFORE_MAX = 4_096

/** What a head says of the log. */
export type HeadFacts = Pick<TraceHead, 'boot' | 'next' | 'oldest' | 'dropped' | 'last' | 'tailed'>

export interface HeadsOptions {
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  /** The running start as it is now. */
  readonly facts: () => HeadFacts
  /** Whether anybody would hear of a new one besides whoever listens here. */
  readonly listened: () => boolean
}

export class Heads {
  readonly #options: HeadsOptions
  readonly #listeners = new Set<(head: Sealed<TraceHead>) => void>()
  #head: Sealed<TraceHead> | undefined
  #sealed = -Infinity
  /** Heads of starts before this one, by boot. */
  readonly #before = new Map<string, Sealed<TraceHead>>()
  /** What listeners were told last: whoever asks in between may have a newer one. */
  #told: Sealed<TraceHead> | undefined
  #timer: NodeJS.Timeout | undefined
  /** When the timer is due, by `elapsed`. */
  #due = Infinity

  constructor(options: HeadsOptions) {
    this.#options = options
  }

  /** The newest, sealed now if it is over a second old and not true any more. */
  current(): Sealed<TraceHead> {
    const { elapsed } = this.#options.clock
    if (this.#head !== undefined && elapsed() < this.#sealed + HEAD_EVERY_MS) return this.#head
    const facts = this.#options.facts()
    if (this.#head !== undefined && isSame(this.#head.body, facts)) return this.#head
    return this.#renew(facts)
  }

  /** Sealed now, also when nothing changed: gossip takes the same bytes only once. */
  fresh(): Sealed<TraceHead> {
    return this.#renew(this.#options.facts())
  }

  /** Of a start before this one: sealed once, however often it is listed. */
  of({ boot, next, oldest, dropped, removed, last }: KeptBoot): Sealed<TraceHead> {
    const facts = { boot, next, oldest, dropped: dropped + removed, last, tailed: false }
    const known = this.#before.get(toHex(boot))
    if (known !== undefined && isSame(known.body, facts)) return known
    const head = this.#seal(facts)
    this.#before.delete(toHex(boot))
    this.#before.set(toHex(boot), head)
    const [oldestBoot = ''] = this.#before.keys()
    if (this.#before.size > BEFORE_MAX) this.#before.delete(oldestBoot)
    return head
  }

  /** Called with each new head, while anybody listens; returns how to stop. */
  listen(told: (head: Sealed<TraceHead>) => void): () => void {
    this.#listeners.add(told)
    return () => void this.#listeners.delete(told)
  }

  /** The numbers changed. */
  touch(): void {
    if (this.#listeners.size === 0 && !this.#options.listened()) return
    const now = this.#options.clock.elapsed()
    const due = Math.max(now, this.#sealed + HEAD_EVERY_MS)
    // Never put off: with news in every turn it would not be told at all.
    if (this.#timer !== undefined && this.#due <= due) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(() => this.#tell(), due - now).unref()
  }

  /**
   * An observer began to tail: told at once, because from now on whoever only listens to gossip
   * hears nothing else. That nobody tails any more can wait, so these are two a second at most.
   */
  hurry(): void {
    if (this.#head?.body.tailed === true) return
    this.#sealed = -Infinity
    this.touch()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  #tell(): void {
    this.#timer = undefined
    const head = this.current()
    if (head === this.#told) return
    this.#told = head
    for (const told of this.#listeners) told(head)
  }

  #renew(facts: HeadFacts): Sealed<TraceHead> {
    const { elapsed, now } = this.#options.clock
    this.#sealed = elapsed()
    // Two within a millisecond would be the same bytes; a clock that was set back is followed.
    const least = (this.#head?.body.issued ?? -Infinity) + 1
    const time = now()
    this.#head = this.#seal(facts, least - time < HEAD_EVERY_MS ? Math.max(time, least) : time)
    return this.#head
  }

  #seal(facts: HeadFacts, issued = this.#options.clock.now()): Sealed<TraceHead> {
    const { identity, network } = this.#options
    const { last, ...rest } = facts
    const body: TraceHead = {
      ...{ v: WIRE_VERSION, network, from: identity.id, issued, ...rest },
      ...(last !== undefined && last.length > 0 && { last })
    }
    return seal('head', body, identity)
  }
}

const isSame = (one: HeadFacts, other: HeadFacts): boolean =>
  one.next === other.next &&
  one.oldest === other.oldest &&
  one.dropped === other.dropped &&
  one.tailed === other.tailed
