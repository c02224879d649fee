/**
 * Keys of contents, asked of their producers when somebody reads.
 *
 * What a producer answers holds for some seconds, then it is asked again: a key that it dropped
 * meanwhile is dropped here too. Readers share a question that is under way, and a producer that
 * does not answer is left alone for as long.
 */

import type { Clock } from '../node/clock.ts'
import type { Traces } from '../node/trace/api.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { ErrorCode } from '../protocol/errors.ts'

/** Keys kept, count: some 3 MB; the oldest go, and are asked for again. */
const KEYS_MAX = 10_000
/** How long an answer counts, and a silent producer is left alone, ms. */
export const FRESH_MS = 5_000
/** One question, ms: readers wait for it. */
const ASK_MS_MAX = 4_000
/** Questions under way, count: of all producers, and of one, which may keep them open. */
const ASKS_MAX = 32
const ASKS_EACH_MAX = 4
/** Producers known to be away, count. */
const AWAY_MAX = 1_000
/** Traces whose keys were dropped here, count. */
export const DROPPED_MAX = 10_000

export type KeyDoor = Pick<Traces, 'contentKey'>

export interface ContentKeysInit {
  readonly elapsed: Clock['elapsed']
  /** Absent while this observer is in no network. */
  readonly door?: KeyDoor
  /** What was dropped before. */
  readonly dropped?: readonly string[]
  /** Told of all that is to be dropped, so that it stays so. When it throws, nothing is dropped. */
  readonly keep?: (dropped: readonly string[]) => void
}

/** What the producer said last, and when. */
interface Held {
  readonly at: number
  readonly answer: Uint8Array | PeerworkError
}

/** Answers of the producer itself, that nothing but another answer of it changes. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['CONTENT_GONE', 'ROLE_MISSING', 'NOT_A_MEMBER', 'MEMBERSHIP_EXPIRED'] as const),
  ...(['MEMBERSHIP_REVOKED'] as const)
])

export class ContentKeys {
  readonly #init: ContentKeysInit
  readonly #held = new Map<string, Held>()
  readonly #asking = new Map<string, Promise<Uint8Array>>()
  readonly #away = new Map<string, { readonly at: number; readonly why: PeerworkError }>()
  #dropped: Set<string>
  #door: KeyDoor | undefined

  constructor(init: ContentKeysInit) {
    this.#init = init
    this.#door = init.door
    this.#dropped = new Set(init.dropped)
  }

  /** From now on producers are asked through this. */
  join(door: KeyDoor): void {
    this.#door = door
  }

  /**
   * A copy, to be used at once.
   *
   * @param signal ends the waiting of this reader, not the question
   * @throws PeerworkError what the producer refused with, `CONTENT_GONE` when it was dropped here,
   *   `PEER_LOST`, `BUSY`, `DEADLINE_EXCEEDED`
   */
  async keyOf(by: string, trace: string, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#dropped.has(trace)) throw droppedHere()
    const name = `${by}/${trace}`
    const held = this.#held.get(name)
    if (held !== undefined && this.#isFresh(held.at)) return answerOf(held)
    // Of a page that took too long, the rest asks nobody any more.
    if (signal.aborted) throw tooLate()
    const key = await until(signal, this.#asking.get(name) ?? this.#ask(by, trace, held))
    if (this.#dropped.has(trace)) throw droppedHere()
    return key.slice()
  }

  /**
   * Drop the keys of a trace, and ask for none again. It is written down first, and when that fails
   * nothing is dropped: what was dropped in memory alone would be there again after the next start.
   *
   * @throws what `keep` throws
   */
  forget(trace: string): void {
    const dropped = this.#dropped.difference(new Set([trace])).add(trace)
    const [oldest = ''] = dropped
    if (dropped.size > DROPPED_MAX) dropped.delete(oldest)
    this.#init.keep?.([...dropped])
    this.#dropped = dropped
    for (const name of this.#held.keys()) if (name.endsWith(`/${trace}`)) this.#drop(name)
  }

  /** The one question of all who read meanwhile. */
  #ask(by: string, trace: string, held: Held | undefined): Promise<Uint8Array> {
    const away = this.#away.get(by)
    if (away !== undefined && this.#isFresh(away.at)) return heldOr(held, away.why)
    const open = [...this.#asking.keys()]
    const own = open.filter((one) => one.startsWith(`${by}/`))
    if (open.length >= ASKS_MAX || own.length >= ASKS_EACH_MAX) {
      return heldOr(held, new PeerworkError('BUSY', 'too many keys are asked for right now'))
    }
    const name = `${by}/${trace}`
    const asking = this.#fetch(by, trace, held).finally(() => this.#asking.delete(name))
    this.#asking.set(name, asking)
    // Each reader may be gone before the answer comes.
    asking.catch(() => undefined)
    return asking
  }

  async #fetch(by: string, trace: string, held: Held | undefined): Promise<Uint8Array> {
    const name = `${by}/${trace}`
    try {
      if (this.#door === undefined) {
        throw new PeerworkError('PEER_LOST', 'this observer is in no network')
      }
      const key = await this.#door.contentKey(by, trace, AbortSignal.timeout(ASK_MS_MAX))
      this.#away.delete(by)
      this.#keep(name, key)
      return key
    } catch (thrown) {
      const why = toPeerworkError(thrown, 'PEER_LOST')
      if (FINAL.has(why.code)) {
        this.#keep(name, why)
        throw why
      }
      this.#away.delete(by)
      this.#away.set(by, { at: this.#init.elapsed(), why })
      const [oldest = ''] = this.#away.keys()
      if (this.#away.size > AWAY_MAX) this.#away.delete(oldest)
      return heldOr(held, why)
    }
  }

  #keep(name: string, answer: Held['answer']): void {
    this.#drop(name)
    if (this.#dropped.has(name.slice(name.indexOf('/') + 1))) return
    this.#held.set(name, { at: this.#init.elapsed(), answer })
    const [oldest = ''] = this.#held.keys()
    if (this.#held.size > KEYS_MAX) this.#drop(oldest)
  }

  #drop(name: string): void {
    const answer = this.#held.get(name)?.answer
    if (answer instanceof Uint8Array) answer.fill(0)
    this.#held.delete(name)
  }

  #isFresh(at: number): boolean {
    return this.#init.elapsed() - at < FRESH_MS
  }
}

const droppedHere = (): PeerworkError =>
  new PeerworkError('CONTENT_GONE', 'its key was dropped by this observer')

const tooLate = (): PeerworkError =>
  new PeerworkError('DEADLINE_EXCEEDED', 'its key did not come in time')

function answerOf({ answer }: Held): Uint8Array {
  if (answer instanceof Uint8Array) return answer.slice()
  throw answer
}

/** While its producer is away, what it said last still counts. */
async function heldOr(held: Held | undefined, why: PeerworkError): Promise<Uint8Array> {
  if (held === undefined) throw why
  return answerOf(held)
}

/** @throws PeerworkError `DEADLINE_EXCEEDED` when this reader waits no longer */
async function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(tooLate())
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([promise, over])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
