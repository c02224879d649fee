/**
 * One task that runs here: who waits for it, how its chunks leave, and when nobody waits any more.
 */

import type { Connection } from '@libp2p/interface'
import { digester } from '../protocol/canonical.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Result } from '../protocol/message/result.ts'
import type { ProgressBody } from '../protocol/message/session.ts'
import type { Task } from '../protocol/message/task.ts'
import type { Sealed } from '../protocol/seal.ts'
import { NO_CHUNKS } from './answer.ts'
import { BulkWriter } from './bulk.ts'
import type { Entry } from './journal-entry.ts'

/** How long work goes on when its requester has hung up, ms: time to connect and attach again. */
const GONE_MS_MAX = 1_000
/**
 * The same when the link broke without a word, ms: the requester may still want the result, and
 * seeks this agent (routing/regain.ts) once the network lets it.
 */
export const SILENT_MS_MAX = 30_000
/** How long a requester may take to read the last chunks, ms; a few frames at most. */
const LAST_CHUNKS_MS_MAX = 10_000
const UNREAD = new PeerworkError('PEER_LOST', 'nobody reads the chunks any more')

/** Somebody who waits for the result, over the session it asked on. */
export interface Waiter {
  readonly connection: Connection
  readonly progress: (body: ProgressBody) => void
  readonly result: (result: Sealed<Result>, payloads: Payloads) => void
  /** There will be no result, through a fault of this agent. */
  readonly failed: (error: PeerworkError) => void
}

/** What travels beside a result; null when there is none. */
export interface Payloads {
  readonly output: Uint8Array | null
  /** JSON Patch of the shared state, JSON bytes. */
  readonly patch: Uint8Array | null
}

export class RunningTask {
  readonly task: Sealed<Task>
  readonly entry: Entry
  readonly id: string
  /** Its row in the table of tasks. */
  row = ''
  readonly #controller = new AbortController()
  readonly #waiters = new Set<Waiter>()
  #first: Waiter | undefined
  /** Only of work that streams. */
  #stream: Stream | undefined
  /** The one who reads the chunks is gone. */
  #unread = false
  #alone: NodeJS.Timeout | undefined

  /** @param id the task's id, hex */
  constructor(task: Sealed<Task>, entry: Entry, id: string) {
    this.task = task
    this.entry = entry
    this.id = id
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get waiters(): readonly Waiter[] {
    return [...this.#waiters]
  }

  get chunks(): Result['chunks'] {
    if (this.#stream === undefined) return NO_CHUNKS
    const { count, bytes, sum } = this.#stream
    return { count, bytes, digest: sum.digest() }
  }

  get chunkCount(): number {
    return this.#stream?.count ?? 0
  }

  /** The first to wait gets the chunks; whoever attaches later gets the result alone. */
  attach(waiter: Waiter): void {
    clearTimeout(this.#alone)
    this.#first ??= waiter
    this.#waiters.add(waiter)
  }

  /**
   * A waiter's session is gone. When it was the last, the work ends soon; when it was the one who
   * reads the chunks, those are dropped from now on, so that the work can go on for the others.
   *
   * @param silent the link broke, and nobody hung up
   */
  detach(waiter: Waiter, silent = false): void {
    this.#waiters.delete(waiter)
    if (waiter === this.#first) {
      this.#unread = true
      this.#stream?.unread.abort(UNREAD)
    }
    if (this.#waiters.size > 0) return
    clearTimeout(this.#alone)
    this.#alone = setTimeout(
      () => this.cancel(new PeerworkError('CANCELED', 'the requester went away')),
      silent ? SILENT_MS_MAX : GONE_MS_MAX
    )
  }

  cancel(reason: PeerworkError): void {
    this.#controller.abort(reason)
  }

  /** Send one chunk. Resolves when the requester's stream has room for more. */
  async chunk(bytes: Uint8Array): Promise<void> {
    const stream = (this.#stream ??= streamOf(this.signal))
    new DataView(stream.length.buffer).setUint32(0, bytes.length)
    stream.sum.update(stream.length)
    stream.sum.update(bytes)
    stream.count++
    stream.bytes += bytes.length
    const first = this.#first
    if (first === undefined || this.#unread) return
    try {
      const header = { id: this.task.body.id, part: 'chunks' } as const
      stream.bulk ??= BulkWriter.open(first.connection, header, stream.writing)
      await (await stream.bulk).write(bytes, stream.writing)
    } catch (error) {
      if (!stream.unread.signal.aborted || this.signal.aborted) throw error
      await this.#dropChunks()
    }
  }

  /** The work has ended; nobody needs to be waited for. */
  over(): void {
    clearTimeout(this.#alone)
  }

  /** No more chunks: end their stream, so that the requester can check what it got. */
  async endChunks(): Promise<void> {
    if (this.#unread) return this.#dropChunks()
    const bulk = await this.#stream?.bulk?.catch(() => undefined)
    if (this.signal.aborted) bulk?.abort(new PeerworkError('CANCELED', 'the task is over'))
    else await bulk?.end(AbortSignal.timeout(LAST_CHUNKS_MS_MAX))
  }

  async #dropChunks(): Promise<void> {
    const bulk = await this.#stream?.bulk?.catch(() => undefined)
    bulk?.abort(UNREAD)
  }
}

/** What streaming needs. Most tasks do not stream, and half of this is dear. */
interface Stream {
  readonly sum: ReturnType<typeof digester>
  /** Of a chunk, as it is digested. */
  readonly length: Uint8Array<ArrayBuffer>
  readonly unread: AbortController
  readonly writing: AbortSignal
  bulk: Promise<BulkWriter> | undefined
  count: number
  bytes: number
}

function streamOf(signal: AbortSignal): Stream {
  const unread = new AbortController()
  const writing = AbortSignal.any([signal, unread.signal])
  const length = new Uint8Array(4)
  return { sum: digester(), length, unread, writing, bulk: undefined, count: 0, bytes: 0 }
}
