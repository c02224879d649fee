/**
 * Lines on their way to an observer: gathered, sent in batches, sent again when it was busy.
 *
 * Tracing never stops the program that it traces: nothing here throws or waits, and what finds no
 * room any more is counted and told.
 */

import type { JsonObject } from '../protocol/json.ts'

/** Lines that may wait, count; the oldest go first. */
const WAITING_MAX = 10_000
/** Lines of one request, count. */
const BATCH_MAX = 500
/** How long a line waits for company, ms. */
const GATHER_MS = 250
/** One request, ms. */
const REQUEST_MS_MAX = 10_000
/** Tries of one batch, and the pause after the first, ms; it doubles. */
const TRIES_MAX = 6
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

export class Sender {
  readonly #options: SenderOptions
  #waiting: string[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #closed = false
  readonly #stop = new AbortController()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  push(line: JsonObject): void {
    if (this.#closed) return this.#options.onLoss(1, 'the tracer is closed')
    this.#waiting.push(JSON.stringify(line))
    const over = this.#waiting.length - WAITING_MAX
    if (over > 0) {
      this.#waiting.splice(0, over)
      this.#options.onLoss(over, 'too many lines waited for the observer')
    }
    if (this.#waiting.length >= BATCH_MAX) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref()
  }

  /** Resolves when everything so far was sent or lost. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  /** Sends what waits, for at most so long, and takes nothing more. */
  async close(ms: number): Promise<void> {
    this.#closed = true
    const late = setTimeout(() => this.#stop.abort(), ms)
    await this.flush()
    clearTimeout(late)
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX)
      const why = await this.#send(batch)
      if (why !== undefined) this.#options.onLoss(batch.length, why)
    }
  }

  /** @returns why it was given up, if it was */
  async #send(batch: readonly string[]): Promise<string | undefined> {
    let why = 'not sent'
    for (let tried = 0; tried < TRIES_MAX && !this.#stop.signal.aborted; tried++) {
      const answer = await this.#post(batch)
      if (answer === undefined) return undefined
      why = answer.why
      if (!answer.again) return why
      await this.#pause(answer.waitMs ?? Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** tried))
    }
    return why
  }

  async #post(batch: readonly string[]): Promise<Refused | undefined> {
    const { url, key } = this.#options
    try {
      const response = await fetch(new URL('/api/ingest', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
        body: `${batch.join('\n')}\n`,
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(REQUEST_MS_MAX)])
      })
      if (response.ok) return await rejectedIn(response)
      const again = response.status === 429 || response.status >= 500
      const seconds = Number(response.headers.get('retry-after'))
      const waitMs = seconds > 0 ? Math.min(PAUSE_MS_MAX, seconds * 1_000) : undefined
      return { again, waitMs, why: `the observer answered ${response.status}` }
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { message?: string } }
      return { again: true, waitMs: undefined, why: cause?.message ?? message }
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#stop
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal.addEventListener('abort', end)
    })
  }
}

interface Refused {
  readonly again: boolean
  readonly waitMs: number | undefined
  readonly why: string
}

/** Lines that the observer did not take are lost one by one; the others are there. */
async function rejectedIn(response: Response): Promise<Refused | undefined> {
  const { rejected, errors } = (await response.json()) as {
    rejected?: number
    errors?: readonly { message?: string }[]
  }
  if (rejected === undefined || rejected === 0) return undefined
  const why = `${rejected} lines were refused: ${errors?.[0]?.message ?? 'no reason given'}`
  return { again: false, waitMs: undefined, why }
}
