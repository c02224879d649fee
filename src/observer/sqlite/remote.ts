/** The store's thread from outside: requests and replies, and how much may wait. */

import type { Worker } from 'node:worker_threads'
import { fromRecord, messageOf, PeerworkError } from '../../protocol/errors.ts'
import type { Ingest } from '../store.ts'
import { pack } from './messages.ts'
import type { Question, Reply, Request } from './messages.ts'

/** One call of `ingest`, bytes: its JSON and its sealed batches. */
export const INGEST_BYTES_MAX = 16 * 1024 * 1024
/** All that waits in front of the thread, bytes: some seconds of its work. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** Calls that wait, count. */
export const CALLS_MAX = 4_096
/** When to come again with what did not fit, ms: the thread has taken a part by then. */
const RETRY_MS = 500

/** What is needed of the thread. */
export type StoreThread = Pick<Worker, 'on' | 'postMessage'>

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: PeerworkError) => void
  readonly bytes: number
}

export class Remote {
  readonly #worker: StoreThread
  readonly #nowUs: () => number
  readonly #waiting = new Map<number, Waiting>()
  #bytes = 0
  #next = 1
  #end: PeerworkError | undefined

  constructor(worker: StoreThread, nowUs: () => number) {
    this.#worker = worker
    this.#nowUs = nowUs
    worker.on('message', (reply: Reply) => this.#settle(reply))
    worker.on('error', (error) => this.#stop(`its thread failed: ${messageOf(error)}`))
    worker.on('exit', () => this.#stop('its thread ended'))
  }

  /** Resolves when the thread has opened its files. */
  started(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject, bytes: 0 }))
  }

  /** @throws PeerworkError `INPUT_TOO_LARGE`, `BUSY`, `CLOSED`, and what the thread fails with */
  ingest<Value>(entries: readonly Ingest[]): Promise<Value> {
    return this.#send((id, nowUs) => {
      const { text, bytes } = pack(entries)
      const size = text.length + bytes.length
      if (size > INGEST_BYTES_MAX) {
        const facts = { bytes: size, max: INGEST_BYTES_MAX }
        throw new PeerworkError('INPUT_TOO_LARGE', 'more than one call may bring', facts)
      }
      return { request: { id, nowUs, method: 'ingest', text, bytes }, size }
    })
  }

  ask<Value>(method: Question, ...args: readonly unknown[]): Promise<Value> {
    return this.#send((id, nowUs) => ({ request: { id, nowUs, method, args }, size: 0 }))
  }

  #send<Value>(
    make: (id: number, nowUs: number) => { request: Request; size: number }
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) throw this.#end
      const { request, size } = make(this.#next++, this.#nowUs())
      this.#check(size)
      this.#bytes += size
      this.#waiting.set(request.id, { resolve, reject, bytes: size })
      const given = request.method === 'ingest' ? [request.bytes.buffer as ArrayBuffer] : []
      this.#worker.postMessage(request, given)
    })
  }

  #check(size: number): void {
    if (this.#waiting.size < CALLS_MAX && this.#bytes + size <= QUEUE_BYTES_MAX) return
    const facts = { retryAfterMs: RETRY_MS, waiting: this.#waiting.size, bytes: this.#bytes }
    throw new PeerworkError('BUSY', 'the trace store has more than enough to do', facts)
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    if (waiting === undefined) return
    this.#waiting.delete(reply.id)
    this.#bytes -= waiting.bytes
    if ('error' in reply) waiting.reject(fromRecord(reply.error))
    else waiting.resolve(reply.value as never)
  }

  #stop(why: string): void {
    this.#end ??= new PeerworkError('CLOSED', `the trace store is closed: ${why}`)
    for (const { reject } of this.#waiting.values()) reject(this.#end)
    this.#waiting.clear()
    this.#bytes = 0
  }
}
