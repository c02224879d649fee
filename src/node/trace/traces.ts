/** Traces of this agent and of those in reach: the door of `api.ts`, over gossip and streams. */

import type { Connection } from '@libp2p/interface'
import { fromHex, toHex } from '../../protocol/canonical.ts'
import type { ErrorRecord } from '../../protocol/errors.ts'
import { fromRecord, PeerworkError } from '../../protocol/errors.ts'
import { open } from '../../protocol/seal.ts'
import { expectBatch } from '../../protocol/trace.ts'
import { expectHead } from '../../protocol/trace-head.ts'
import type { SyncEntry, SyncFrame, SyncQuestion } from '../../protocol/trace-sync.ts'
import { Broadcast } from '../broadcast.ts'
import type { Gossip } from '../gossip.ts'
import { TAIL_MS_MAX } from './answer-sync.ts'
import type { HeldLog, HeldPage, LogAsk, LogName, LogPlace, TailOptions } from './api.ts'
import type { TraceNews, Traces, TraceShelf } from './api.ts'
import { askSync } from './ask-sync.ts'

/** How much longer than the holder we wait, ms: it ends the stream. */
const GRACE_MS = 10_000
/** A list or some ranges, ms. */
const ANSWER_MS_MAX = 60_000
/** Entries in the answer to one question, count. */
const LISTED_MAX = 4_096

export interface TracesOptions {
  readonly self: string
  readonly network: string
  readonly now: () => number
  readonly gossip: Pick<Gossip, 'subscribe' | 'onRefused'>
  readonly shelves: Set<TraceShelf>
  /** Logs of others are kept here, or are not any more. */
  readonly observe?: ((on: boolean) => void) | undefined
  /** Answers of this agent itself. */
  readonly serve: (
    question: SyncQuestion,
    signal: AbortSignal,
    peer: string
  ) => AsyncIterable<SyncFrame>
  /** Drop keys of own contents. */
  readonly forget?: (trace?: string) => void
  readonly peers: () => readonly string[]
  readonly observers: () => readonly string[]
  readonly connectionOf: (peer: string) => Connection | undefined
  readonly onPeers: (changed: () => void) => () => void
  /** Somebody in this process listens. */
  readonly listening: () => void
}

/** A tail of an observer in this process, for whoever else here wants to hear. */
interface Kept {
  readonly heard: Broadcast<TraceNews>
  readonly over: AbortController
}

export class TraceDoor implements Traces {
  readonly self: string
  readonly network: string
  readonly #options: TracesOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: TracesOptions) {
    this.self = options.self
    this.network = options.network
    this.#options = options
  }

  listen(receive: (news: TraceNews) => void): () => void {
    const { gossip, listening } = this.#options
    const stops = [
      gossip.subscribe(
        (batch) => receive({ kind: 'batch', batch }),
        (head) => receive({ kind: 'head', head })
      ),
      gossip.onRefused((error, claimed) => receive(refusedOf(error, claimed)))
    ]
    setImmediate(listening)
    return () => {
      for (const stop of stops) stop()
    }
  }

  holders(): readonly string[] {
    return [this.self, ...this.#options.peers()]
  }

  observers(): readonly string[] {
    return this.#options.observers()
  }

  onHolders(changed: () => void): () => void {
    return this.#options.onPeers(changed)
  }

  /** A producer lets nobody tail it twice: who does not keep what it gets shares the tail. */
  async *tail(holder: string, options: TailOptions): AsyncGenerator<TraceNews> {
    const { keeps, signal, from } = options
    const other = keeps ? undefined : this.#kept.get(holder)
    if (other !== undefined) {
      const news = other.heard.read({ signal: AbortSignal.any([signal, other.over.signal]) })
      if (from !== undefined) yield* this.#since(holder, from, signal)
      return yield* news
    }
    const kept = { heard: new Broadcast<TraceNews>({ weight }), over: new AbortController() }
    if (keeps) this.#kept.set(holder, kept)
    try {
      for await (const news of this.#tail(holder, options)) {
        kept.heard.send(news)
        yield news
      }
    } finally {
      if (this.#kept.get(holder) === kept) this.#kept.delete(holder)
      kept.over.abort()
    }
  }

  /** What came before a tail was shared, as far as the holder has time for it. */
  async *#since(holder: string, place: LogPlace, signal: AbortSignal): AsyncGenerator<TraceNews> {
    const ranges = [{ from: place.next, to: Number.MAX_SAFE_INTEGER }]
    try {
      yield* this.get(holder, { by: holder, boot: place.boot, ranges }, signal)
    } catch {
      // What is shared comes all the same.
    }
  }

  async *#tail(holder: string, { from, keeps, signal }: TailOptions): AsyncGenerator<TraceNews> {
    const place = from && { boot: fromHex(from.boot), next: from.next }
    const question = { type: 'tail', keeps, ...place } as const
    const asked = { signal, msMax: TAIL_MS_MAX + GRACE_MS }
    for await (const frame of this.#ask(holder, question, asked)) {
      const news = this.#read(frame)
      if (news?.kind === 'batch' && news.batch.body.from !== holder) throw foreign(holder)
      if (news?.kind === 'head' && news.head.body.from !== holder) throw foreign(holder)
      if (news !== undefined) yield news
    }
  }

  async held(holder: string, signal: AbortSignal, after?: LogName): Promise<HeldPage> {
    const logs: HeldLog[] = []
    const place = after && { after: { by: after.by, boot: fromHex(after.boot) } }
    const asked = { signal, msMax: ANSWER_MS_MAX + GRACE_MS }
    let more = false
    for await (const frame of this.#ask(holder, { type: 'list', ...place }, asked)) {
      if (frame.kind !== 'answer') continue
      if (frame.answer.type === 'end') ({ more } = frame.answer)
      if (frame.answer.type !== 'held') continue
      logs.push(...frame.answer.entries.map((entry) => this.#heldLog(entry)))
      if (logs.length > LISTED_MAX) throw new PeerworkError('TOO_LARGE', 'a list without end')
    }
    const last = more ? logs.at(-1) : undefined
    return { logs, ...(last && { next: { by: last.by, boot: last.boot } }) }
  }

  async *get(holder: string, ask: LogAsk, signal: AbortSignal): AsyncGenerator<TraceNews> {
    const { by, ranges } = ask
    const question: SyncQuestion = {
      ...{ type: 'get', by, boot: fromHex(ask.boot), ranges: [...ranges] }
    }
    const asked = { signal, msMax: ANSWER_MS_MAX + GRACE_MS }
    for await (const frame of this.#ask(holder, question, asked)) {
      const news = this.#read(frame)
      if (news?.kind === 'batch' && !fits(ask, news.batch.body)) throw foreign(holder)
      if (news !== undefined) yield news
    }
  }

  async contentKey(holder: string, trace: string, signal: AbortSignal): Promise<Uint8Array> {
    const question: SyncQuestion = { type: 'key', trace: fromHex(trace) }
    for await (const frame of this.#ask(holder, question, { signal, msMax: ANSWER_MS_MAX })) {
      if (frame.kind !== 'answer') continue
      if (frame.answer.type === 'key') return frame.answer.key
      if (frame.answer.type === 'refused') throw fromRecord(frame.answer.error as ErrorRecord)
    }
    throw new PeerworkError('PEER_LOST', 'the producer gave no key')
  }

  forgetContent(trace?: string): void {
    this.#options.forget?.(trace)
  }

  share(shelf: TraceShelf): () => void {
    const { shelves, observe } = this.#options
    shelves.add(shelf)
    observe?.(true)
    return () => {
      shelves.delete(shelf)
      if (shelves.size === 0) observe?.(false)
    }
  }

  #ask(
    holder: string,
    question: SyncQuestion,
    asked: { signal: AbortSignal; msMax: number }
  ): AsyncIterable<SyncFrame> {
    if (holder === this.self) return this.#options.serve(question, asked.signal, this.self)
    const connection = this.#options.connectionOf(holder)
    if (connection !== undefined) return askSync(connection, question, asked)
    throw new PeerworkError('PEER_LOST', `not connected to ${holder}`)
  }

  /** A seal as news; whatever else is in a frame is none. */
  #read(frame: SyncFrame): TraceNews | undefined {
    if (frame.kind === 'answer') return undefined
    const context = { network: this.network, now: this.#options.now() }
    if (frame.kind === 'batch') {
      const opened = open(frame.bytes, expectBatch(context))
      if (opened.ok) return { kind: 'batch', batch: opened.sealed }
      return refusedOf(opened.error, opened.body)
    }
    const opened = open(frame.bytes, expectHead(context))
    return opened.ok ? { kind: 'head', head: opened.sealed } : refusedOf(opened.error, opened.body)
  }

  #heldLog({ by, boot, ranges, tip, forks, head }: SyncEntry): HeldLog {
    const context = { network: this.network, now: this.#options.now() }
    const opened = head === undefined ? undefined : open(head, expectHead(context))
    const own = opened?.ok === true && opened.sealed.body.from === by
    return {
      ...{ by, boot: toHex(boot), ranges, forks },
      ...(tip && { tip: { first: tip.first, digest: toHex(tip.digest) } }),
      ...(own && toHex(opened.sealed.body.boot) === toHex(boot) && { head: opened.sealed })
    }
  }
}

const weight = (news: TraceNews): number => (news.kind === 'batch' ? news.batch.bytes.length : 0)

type Refused = Extract<TraceNews, { kind: 'refused' }>

function refusedOf(error: PeerworkError, claimed?: { from: string; boot?: Uint8Array }): Refused {
  if (claimed === undefined) return { kind: 'refused', error }
  const { from: by, boot } = claimed
  return { kind: 'refused', error, by, ...(boot && { boot: toHex(boot) }) }
}

function fits({ by, boot, ranges }: LogAsk, body: BatchPlace): boolean {
  const { from, first, events } = body
  if (from !== by || toHex(body.boot) !== boot) return false
  return ranges.some((range) => first < range.to && first + events.length > range.from)
}

interface BatchPlace {
  readonly from: string
  readonly boot: Uint8Array
  readonly first: number
  readonly events: readonly unknown[]
}

const foreign = (holder: string): PeerworkError =>
  new PeerworkError('RESULT_MISMATCH', `${holder} sent a batch that nobody asked for`)
