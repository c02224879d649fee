/**
 * What of the own log goes over gossip: heads, and the batches themselves while no observer tails
 * the log.
 *
 * Gossip is dear: with thirty agents that all listen an event costs 150 times what it does over a
 * stream. So it carries batches only for those who have no other way.
 */

import type { Sealed } from '../../protocol/seal.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { Gossip } from '../gossip.ts'
import type { Heads } from './heads.ts'
import type { OwnLog } from './own-log.ts'

/** A batch sealed longer ago is a replay to others, ms: well within what they allow. */
const OLD_MS = 100_000
/** When a batch that reached nobody is tried again, ms: a new peer may not be reachable yet. */
const AGAIN_MS = 250
/** Between two heads over gossip while an observer tails, ms: it has them from there. */
const TAILED_HEAD_MS = 10_000
/** Between two greetings, ms: whoever comes and goes all the time is not answered as often. */
const GREET_EVERY_MS = 250

export interface HeraldOptions {
  readonly log: OwnLog
  readonly heads: Heads
  readonly gossip: Pick<Gossip, 'listened' | 'publish' | 'publishHead' | 'here'>
  /** Whether an observer that keeps what it gets tails the log. */
  readonly tailed: () => boolean
  readonly now: () => number
}

export class Herald {
  readonly #options: HeraldOptions
  /** Place of the last batch that was told, or needed not be. */
  #told = 0
  #telling: Promise<void> | undefined
  /** Something may be new since the last look. */
  #again = false
  #timer: NodeJS.Timeout | undefined
  #head: Sealed<TraceHead> | undefined
  /** Whether an observer tailed when it was looked at last. */
  #tailed = false
  #pause: NodeJS.Timeout | undefined
  /** Somebody came during the pause after a greeting. */
  #came = false
  #stopped = false

  constructor(options: HeraldOptions) {
    this.#options = options
    options.heads.listen((head) => this.#tellHead(head))
  }

  /** Batches came, somebody began or ended to listen or to tail. Resolves when all was told. */
  look(): Promise<void> {
    this.#again = true
    this.#lookForTails()
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined
    })
    return this.#telling
  }

  /**
   * Somebody new listens: a head, now or after a short pause. A new one each time, because gossip
   * sends no bytes twice: the last one may have gone to others before.
   */
  greet(): void {
    if (this.#pause === undefined) this.#greet()
    else this.#came = true
    void this.look()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#pause)
  }

  #greet(): void {
    const { gossip, heads } = this.#options
    if (this.#stopped || !gossip.listened()) return
    this.#came = false
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (this.#came) this.#greet()
    }, GREET_EVERY_MS).unref()
    this.#head = heads.fresh()
    void gossip.publishHead(this.#head)
  }

  #lookForTails(): void {
    const { heads, tailed } = this.#options
    const is = tailed()
    if (is && !this.#tailed) heads.hurry()
    this.#tailed = is
  }

  async #tellAll(): Promise<void> {
    clearTimeout(this.#timer)
    while (this.#again) {
      this.#again = false
      await this.#tell()
    }
  }

  async #tell(): Promise<void> {
    const { log, gossip, tailed, now } = this.#options
    while (!this.#stopped && gossip.listened()) {
      const next = log.recent.find(({ n }) => n > this.#told)
      if (next === undefined) return
      const { sealed, n } = next
      if (tailed()) gossip.here(sealed)
      else if (sealed.body.issued > now() - OLD_MS && !(await gossip.publish(sealed))) {
        this.#timer = setTimeout(() => void this.look(), AGAIN_MS).unref()
        return
      }
      this.#told = n
    }
  }

  #tellHead(head: Sealed<TraceHead>): void {
    const { gossip, tailed } = this.#options
    if (!gossip.listened()) return
    const before = this.#head?.body
    const same = before?.tailed === head.body.tailed
    if (tailed() && same && head.body.issued < before.issued + TAILED_HEAD_MS) return
    this.#head = head
    void gossip.publishHead(head)
  }
}
