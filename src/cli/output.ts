/** One of the two streams that a command writes to. */

import type { Paint } from './colour.ts'
import { painter, wantsColour } from './colour.ts'
import { plainJson } from './plain-text.ts'

/** What is needed of a stream: `process.stdout`, or a collecting one in tests. */
export interface Sink {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): boolean
  once(event: 'drain' | 'error' | 'close', listener: () => void): unknown
  off(event: 'drain' | 'error' | 'close', listener: () => void): unknown
}

/** Size when the stream does not say. */
const COLUMNS = 80
const ROWS = 24
/** Back to the first column, and clear to the end of the line (ECMA-48 EL). */
const CLEAR_LINE = '\r\u001b[K'

export class Output {
  readonly paint: Paint
  /** A person reads along: progress and decoration are welcome. */
  readonly tty: boolean
  readonly #sink: Sink
  #full = false
  /** False in the middle of a line that raw text left open. */
  #atStart = true

  constructor(sink: Sink, env: Readonly<Record<string, string | undefined>>) {
    this.#sink = sink
    this.tty = sink.isTTY === true
    this.paint = painter(wantsColour(this.tty, env))
  }

  get columns(): number {
    return this.#sink.columns ?? COLUMNS
  }

  get rows(): number {
    return this.#sink.rows ?? ROWS
  }

  /** A whole line; ends a line that raw text left open first. */
  line(text = ''): void {
    this.raw(`${this.#atStart ? '' : '\n'}${text}\n`)
  }

  raw(text: string): void {
    if (text === '') return
    this.#atStart = text.endsWith('\n')
    if (!this.#sink.write(text)) this.#full = true
  }

  /** Rewrite the current line of a terminal; an empty text clears it. */
  rewrite(text: string): void {
    this.raw(CLEAR_LINE + text)
    this.#atStart = text === ''
  }

  /**
   * One JSON value a line: the form of every `--json` answer. Characters that a terminal would act
   * on are escaped, which leaves the value the same, so that a person may look at it too.
   */
  json(value: unknown): void {
    this.line(plainJson(value))
  }

  /** Wait for a slow reader. Streams of lines call it between lines, so that memory stays flat. */
  async drained(): Promise<void> {
    if (!this.#full) return
    this.#full = false
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'error', 'close'] as const) this.#sink.off(event, done)
        resolve()
      }
      for (const event of ['drain', 'error', 'close'] as const) this.#sink.once(event, done)
    })
  }
}
