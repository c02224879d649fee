/**
 * Where bulk streams meet the tasks they belong to.
 *
 * A stream and the frame that announces it travel apart, so either may come first: streams wait
 * here a moment for their task, tasks wait for their stream as long as they like.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { PeerworkError } from '../protocol/errors.ts'
import { toHex } from '../protocol/canonical.ts'
import type { BulkPart } from '../protocol/message/session.ts'
import { acceptBulk } from './bulk.ts'
import type { BulkReader } from './bulk.ts'
import type { Counters } from './counters.ts'

/** How long a stream waits for its task, ms: both were sent in the same moment. */
const EARLY_MS_MAX = 5_000
/** Streams of one peer that wait at once, count. */
const EARLY_MAX = 16

interface Early {
  readonly reader: BulkReader
  readonly timer: NodeJS.Timeout
  readonly peer: string
}

/** Which stream, of which peer. */
export interface Meeting {
  readonly peer: string
  readonly task: string
  readonly part: BulkPart
}

/**
 * Whose streams may wait here before their task is known: peers we work for, or that work for us.
 */
export type Welcome = (peer: string) => boolean

export class BulkDesk {
  readonly #welcome: Welcome
  readonly #counters: Pick<Counters, 'count'> | undefined

  constructor(welcome: Welcome, counters?: Pick<Counters, 'count'>) {
    this.#welcome = welcome
    this.#counters = counters
  }

  readonly #early = new Map<string, Early>()
  readonly #expected = new Map<string, (reader: BulkReader) => void>()

  /** Take a stream that a peer opened. Never throws. */
  async accept(stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString()
    if (!this.#welcome(peer)) {
      stream.abort(this.#refusal('NOT_ADMITTED', 'nothing was asked of this peer'))
      return
    }
    let reader: BulkReader
    try {
      reader = await acceptBulk(stream)
    } catch {
      return
    }
    const key = keyOf(peer, toHex(reader.header.id), reader.header.part)
    const expected = this.#expected.get(key)
    if (expected !== undefined) {
      this.#expected.delete(key)
      expected(reader)
      return
    }
    const waiting = [...this.#early.values()].filter((early) => early.peer === peer).length
    if (waiting >= EARLY_MAX || this.#early.has(key)) {
      reader.abort(this.#refusal('BUSY', 'too many streams without a task'))
      return
    }
    const timer = setTimeout(() => {
      this.#early.delete(key)
      reader.abort(new PeerworkError('MALFORMED', 'no task for this stream'))
    }, EARLY_MS_MAX).unref()
    this.#early.set(key, { reader, timer, peer })
  }

  /** The stream of this part, now or when it comes. Stop waiting with `forget`. */
  expect(peer: string, task: string, part: BulkPart): Promise<BulkReader> {
    return new Promise((resolve) => {
      this.meet({ peer, task, part }, resolve)
    })
  }

  /** The same without a promise: `take` gets the stream. Call what is returned to stop waiting. */
  meet({ peer, task, part }: Meeting, take: (reader: BulkReader) => void): () => void {
    const key = keyOf(peer, task, part)
    const early = this.#early.get(key)
    if (early === undefined) {
      this.#expected.set(key, take)
      return () => void this.#expected.delete(key)
    }
    clearTimeout(early.timer)
    this.#early.delete(key)
    take(early.reader)
    return () => undefined
  }

  forget(peer: string, task: string, ...parts: readonly BulkPart[]): void {
    if (this.#expected.size === 0) return
    for (const part of parts) this.#expected.delete(keyOf(peer, task, part))
  }

  #refusal(code: 'NOT_ADMITTED' | 'BUSY', why: string): PeerworkError {
    this.#counters?.count('streams_refused', { protocol: 'bulk', code })
    return new PeerworkError(code, why)
  }
}

const keyOf = (peer: string, task: string, part: BulkPart): string => `${peer} ${task} ${part}`
