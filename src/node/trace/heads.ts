/**
 * The heads of the own log: sealed when the numbers changed and somebody wants to know, at most
 * one a second.
 */

import { WIRE_VERSION } from '../../protocol/constants.ts'
import type { Identity } from '../../protocol/identity.ts'
import { seal } from '../../protocol/seal.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { Clock } from '../clock.ts'
import type { KeptBoot } from './batch-store.ts'

/** Between two heads, ms. */
export const HEAD_EVERY_MS = 1_000

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
  #timer: NodeJS.Timeout | undefined

  constructor(options: HeadsOptions) {
    this.#options = options
  }

  /** The newest, sealed now if it is over a second old and not true any more. */
  current(): Sealed<TraceHead> {
    const { elapsed } = this.#options.clock
    if (this.#head !== undefined && elapsed() < this.#sealed + HEAD_EVERY_MS) return this.#head
    const facts = this.#options.facts()
    if (this.#head !== undefined && isSame(this.#head.body, facts)) return this.#head
    this.#sealed = elapsed()
    this.#head = this.#seal(facts)
    return this.#head
  }

  /** Of a start before this one. */
  of({ boot, next, oldest, dropped, removed, last }: KeptBoot): Sealed<TraceHead> {
    return this.#seal({ boot, next, oldest, dropped: dropped + removed, last, tailed: false })
  }

  /** Called with each new head, while anybody listens; returns how to stop. */
  listen(told: (head: Sealed<TraceHead>) => void): () => void {
    this.#listeners.add(told)
    return () => void this.#listeners.delete(told)
  }

  /** The numbers changed. */
  touch(): void {
    if (this.#timer !== undefined) return
    if (this.#listeners.size === 0 && !this.#options.listened()) return
    const wait = this.#sealed + HEAD_EVERY_MS - this.#options.clock.elapsed()
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, wait)).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  #tell(): void {
    this.#timer = undefined
    const before = this.#head
    const head = this.current()
    if (head === before) return
    for (const told of this.#listeners) told(head)
  }

  #seal(facts: HeadFacts): Sealed<TraceHead> {
    const { identity, network, clock } = this.#options
    const { last, ...rest } = facts
    const body: TraceHead = {
      ...{ v: WIRE_VERSION, network, from: identity.id, issued: clock.now(), ...rest },
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
