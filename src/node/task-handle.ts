/** A submitted task as its owner sees it: events in order, one result, a way to cancel. */

import { PeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import type { Spent } from '../tasks/work.ts'
import type { SubmittedTask, TaskEvent, TaskResult } from './api.ts'

/** Chunks that may wait for a reader before the sender is held back, count. */
const CHUNKS_WAITING_MAX = 32
/**
 * Events that may wait when nobody reads, count; progress beyond it is dropped: it is only news.
 */
const EVENTS_WAITING_MAX = 1_000
/** How long `cancel` waits for the executor's word, ms; then the task is over here all the same. */
const CANCEL_MS_MAX = 2_000

const NOTHING: Spent = { cpuMs: 0, tokens: 0, cost: 0 }

export class TaskHandle implements SubmittedTask {
  readonly id: string
  #canceled: PeerworkError | undefined
  /** Made when somebody asks for its signal: few tasks are canceled or have to wait. */
  #controller: AbortController | undefined
  readonly #result = Promise.withResolvers<TaskResult>()
  readonly #events: TaskEvent[] = []
  #over = false
  #chunks = 0
  #iterating = false
  #resultWanted = false
  #wakeReader = (): void => undefined
  #wakeWriters: (() => void)[] = []
  #spent: Spent | undefined
  /** Called when somebody cancels. */
  onCancel: (reason: PeerworkError) => void = () => undefined

  constructor(id: string) {
    this.id = id
    // A failure that nobody awaits is told by the events; it must not end the process.
    this.#result.promise.catch(() => undefined)
  }

  get result(): Promise<TaskResult> {
    this.#resultWanted = true
    this.#wake()
    return this.#result.promise
  }

  /** Aborts when the task is canceled here, before or while it is sent. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#canceled !== undefined) this.#controller.abort(this.#canceled)
    return this.#controller.signal
  }

  /** Why the task was canceled here, if it was. */
  get canceled(): PeerworkError | undefined {
    return this.#canceled
  }

  get over(): boolean {
    return this.#over
  }

  /** What all peers that this was given to have used up, as far as they told. */
  get spent(): Spent {
    return this.#spent ?? NOTHING
  }

  spend({ cpuMs, tokens, cost }: Spent): void {
    const { spent } = this
    this.#spent = {
      cpuMs: spent.cpuMs + cpuMs,
      tokens: spent.tokens + tokens,
      cost: spent.cost + cost
    }
  }

  async cancel(reason = 'canceled by the requester'): Promise<void> {
    if (this.#over) return
    const error = new PeerworkError('CANCELED', reason)
    const timer = setTimeout(
      () => this.end({ type: 'canceled', task: this.id, error }),
      CANCEL_MS_MAX
    )
    if (this.#canceled === undefined) {
      this.#canceled = error
      this.#controller?.abort(error)
      this.onCancel(error)
    }
    await this.#result.promise.catch(() => undefined)
    clearTimeout(timer)
  }

  push(event: Exclude<TaskEvent, { type: 'chunk' | 'completed' | 'failed' | 'canceled' }>): void {
    if (this.#over) return
    if (event.type === 'progress' && this.#events.length >= EVENTS_WAITING_MAX) return
    this.#events.push(event)
    this.#wake()
  }

  /** Resolves when there is room for the next. Dropped when only the result is awaited. */
  async pushChunk(value: JsonValue): Promise<void> {
    while (this.#chunks >= CHUNKS_WAITING_MAX && !this.#over) {
      if (this.#resultWanted && !this.#iterating) return
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve))
    }
    if (this.#over) return
    this.#chunks++
    this.#events.push({ type: 'chunk', task: this.id, value })
    this.#wake()
  }

  /** The last event. Later ones are ignored. */
  end(event: Extract<TaskEvent, { type: 'completed' | 'failed' | 'canceled' }>): void {
    if (this.#over) return
    this.#over = true
    this.#events.push(event)
    if (event.type === 'completed') this.#result.resolve(event.result)
    else this.#result.reject(event.error)
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TaskEvent, void, void> {
    this.#iterating = true
    try {
      for (;;) {
        const event = this.#events.shift()
        if (event === undefined) {
          if (this.#over) return
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve
          })
          continue
        }
        if (event.type === 'chunk') {
          this.#chunks--
          this.#wake()
        }
        yield event
      }
    } finally {
      // Whoever stops reading still wants the work done, unless it was canceled.
      this.#iterating = false
      this.#resultWanted = true
      this.#wake()
    }
  }

  #wake(): void {
    this.#wakeReader()
    if (this.#wakeWriters.length === 0) return
    const writers = this.#wakeWriters
    this.#wakeWriters = []
    for (const wake of writers) wake()
  }
}
