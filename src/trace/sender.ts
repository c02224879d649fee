/**
 * Lines on their way to an observer: gathered, sent in batches, and again when it was away.
 *
 * Tracing never stops the program that it traces: nothing here throws, nothing but `flush` and
 * `close` lets the process live on, and what finds no room any more is counted and told.
 */

import type { JsonObject } from '../protocol/json.ts'
import { post } from './post.ts'

/** What may wait, lines and bytes; the oldest go first. */
const WAITING_MAX = 10_000
const WAITING_BYTES_MAX = 16 * 1024 * 1024
/** What an observer takes of one line, bytes. */
const LINE_BYTES_MAX = 512 * 1024
/** One request, lines and bytes. */
const BATCH_MAX = 500
const BATCH_BYTES_MAX = 1024 * 1024
/** How long a line waits for company, ms. */
const GATHER_MS = 250
/** The pause after a first failure, ms; it doubles. */
const PAUSE_MS = 500
const PAUSE_MS_MAX = 15_000

export interface SenderOptions {
  /** Of the observer: `http://127.0.0.1:4319`. */
  readonly url: string
  /** An API key with the scope `ingest`. */
  readonly key: string
  /** Told when lines are lost, and why. */
  readonly onLoss: (lines: number, why: string) => void
}

interface Waiting {
  readonly text: string
  readonly bytes: number
}

export class Sender {
  readonly #options: SenderOptions
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #gathering: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #closing: Promise<void> | undefined
  /** What the last try failed with. */
  #why = 'there was no time'
  /** Ends the pause before the next try. */
  #hurry: (() => void) | undefined
  readonly #stop = new AbortController()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  push(line: JsonObject): void {
    if (this.#closing !== undefined) return this.#lose(1, 'the tracer is closed')
    const text = textOf(line)
    if (text === undefined) return this.#lose(1, 'a line could not be written as JSON')
    const bytes = Buffer.byteLength(text) + 1
    if (bytes > LINE_BYTES_MAX) return this.#lose(1, `a line of more than ${LINE_BYTES_MAX} bytes`)
    this.#waiting.push({ text, bytes })
    this.#bytes += bytes
    this.#makeRoom()
    if (this.#sending !== undefined) return
    if (this.#waiting.length >= BATCH_MAX) this.#start()
    else this.#gathering ??= setTimeout(() => this.#start(), GATHER_MS).unref()
  }

  /** Resolves when everything so far was sent or lost, or after so long: then it goes on trying. */
  async flush(ms: number): Promise<void> {
    this.#hurry?.()
    this.#start()
    let late: NodeJS.Timeout | undefined
    // The one timer that lets the process live: whoever waits here wants it to.
    const enough = new Promise<void>((resolve) => (late = setTimeout(resolve, ms)))
    await Promise.race([this.#sending, enough])
    clearTimeout(late)
  }

  /** Sends what waits, for at most so long, and takes nothing more; the rest is lost and told. */
  close(ms: number): Promise<void> {
    return (this.#closing ??= this.#close(ms))
  }

  async #close(ms: number): Promise<void> {
    await this.flush(ms)
    this.#stop.abort()
    this.#hurry?.()
    await this.#sending
    const left = this.#waiting.splice(0).length
    this.#bytes = 0
    if (left > 0) this.#lose(left, `not sent before the tracer closed: ${this.#why}`)
  }

  #start(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    if (this.#waiting.length > 0) this.#sending ??= this.#sendAll()
  }

  /** Until nothing waits. Never rejects. */
  async #sendAll(): Promise<void> {
    const { url, key } = this.#options
    let failures = 0
    while (this.#waiting.length > 0 && !this.#stop.signal.aborted) {
      const batch = this.#take()
      const body = batch.map(({ text }) => `${text}\n`).join('')
      const answer = await post({ url, key, body, signal: this.#stop.signal })
      if (answer.again) {
        this.#giveBack(batch)
        this.#why = answer.why
        const waitMs = answer.waitMs ?? PAUSE_MS * 2 ** Math.min(failures++, 10)
        await this.#pause(Math.min(PAUSE_MS_MAX, waitMs))
      } else {
        failures = 0
        if (answer.refused > 0) this.#lose(Math.min(batch.length, answer.refused), answer.why)
      }
    }
    this.#sending = undefined
  }

  #take(): readonly Waiting[] {
    let bytes = 0
    let count = 0
    for (const line of this.#waiting) {
      if (count === BATCH_MAX || (count > 0 && bytes + line.bytes > BATCH_BYTES_MAX)) break
      bytes += line.bytes
      count++
    }
    this.#bytes -= bytes
    return this.#waiting.splice(0, count)
  }

  #giveBack(batch: readonly Waiting[]): void {
    this.#waiting.unshift(...batch)
    for (const { bytes } of batch) this.#bytes += bytes
    this.#makeRoom()
  }

  #makeRoom(): void {
    let over = Math.max(0, this.#waiting.length - WAITING_MAX)
    for (const { bytes } of this.#waiting.slice(0, over)) this.#bytes -= bytes
    for (; this.#bytes > WAITING_BYTES_MAX; over++) this.#bytes -= this.#waiting[over]?.bytes ?? 0
    if (over === 0) return
    this.#waiting.splice(0, over)
    this.#lose(over, 'too many lines waited for the observer')
  }

  #lose(lines: number, why: string): void {
    try {
      this.#options.onLoss(lines, why)
    } catch {
      // What a program does with the news is its own; it must not end up where it is traced.
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#hurry = undefined
        resolve()
      }
      const timer = setTimeout(end, ms).unref()
      this.#hurry = end
    })
  }
}

/** Undefined for what JSON has no words for: circles, big integers. */
function textOf(line: JsonObject): string | undefined {
  try {
    return JSON.stringify(line)
  } catch {
    return undefined
  }
}
