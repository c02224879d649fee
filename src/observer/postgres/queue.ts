/** Calls of `ingest` that come together are kept together, in one wait for the disk. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Ingest, Ingested } from '../store.ts'
import { isOfData } from './failure.ts'

/** One call, bytes: its JSON and its sealed batches. */
const INGEST_BYTES_MAX = 16 * 1024 * 1024
/** All that waits, bytes. */
const QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** Calls that wait, count. */
const CALLS_MAX = 4_096
/** What one transaction takes, bytes: others that write wait for it. */
const GROUP_BYTES = 4 * 1024 * 1024
/** When to come again with what did not fit, ms. */
const RETRY_MS = 500

interface Call {
  readonly entries: readonly Ingest[]
  readonly bytes: number
  readonly resolve: (answers: readonly Ingested[]) => void
  readonly reject: (error: unknown) => void
}
type Keep = (entries: readonly Ingest[]) => Promise<readonly Ingested[]>

export class Queue {
  readonly #keep: Keep
  #calls: Call[] = []
  #waiting = 0
  #bytes = 0
  #work: Promise<void> | undefined

  /** @param keep all of the entries or nothing, durable when it resolves */
  constructor(keep: Keep) {
    this.#keep = keep
  }

  /** @throws PeerworkError `INPUT_TOO_LARGE`, `BUSY`, and what `keep` fails with */
  add(entries: readonly Ingest[]): Promise<readonly Ingested[]> {
    const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
    if (bytes > INGEST_BYTES_MAX) {
      const facts = { bytes, max: INGEST_BYTES_MAX }
      throw new PeerworkError('INPUT_TOO_LARGE', 'more than one call may bring', facts)
    }
    if (this.#waiting >= CALLS_MAX || this.#bytes + bytes > QUEUE_BYTES_MAX) {
      const facts = { retryAfterMs: RETRY_MS, waiting: this.#waiting, bytes: this.#bytes }
      throw new PeerworkError('BUSY', 'the trace store has more than enough to do', facts)
    }
    return new Promise((resolve, reject) => {
      this.#calls.push({ entries, bytes, resolve, reject })
      this.#waiting++
      this.#bytes += bytes
      this.#work ??= this.#run()
    })
  }

  /** Nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#work !== undefined) await this.#work
  }

  async #run(): Promise<void> {
    // What is told in the same breath comes along.
    await Promise.resolve()
    while (this.#calls.length > 0) await this.#keepSome(this.#taken())
    this.#work = undefined
  }

  #taken(): Call[] {
    let bytes = 0
    const end = this.#calls.findIndex((call) => (bytes += call.bytes) > GROUP_BYTES)
    return this.#calls.splice(0, end < 0 ? this.#calls.length : Math.max(1, end))
  }

  async #keepSome(calls: readonly Call[]): Promise<void> {
    try {
      const answers = await this.#keep(calls.flatMap(({ entries }) => entries))
      let at = 0
      for (const call of calls) {
        this.#leave(call)
        call.resolve(answers.slice(at, (at += call.entries.length)))
      }
    } catch (error) {
      if (calls.length > 1 && isOfData(error)) {
        // One of them is at fault: the others must not suffer for it.
        for (const call of calls) await this.#keepSome([call])
        return
      }
      for (const call of calls) {
        this.#leave(call)
        call.reject(error)
      }
    }
  }

  #leave({ bytes }: Call): void {
    this.#waiting--
    this.#bytes -= bytes
  }
}

function bytesOf({ spans, handoffs, facts, batch }: Ingest): number {
  const text = JSON.stringify([spans, handoffs, facts])
  return text.length + (batch?.bytes.length ?? 0)
}
