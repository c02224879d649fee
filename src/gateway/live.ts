/**
 * Server-sent events: what is new, as it is stored.
 *
 * Who reads too slowly is let go with a word rather than held in memory: it comes back, and reads
 * what it missed from the API.
 */

import { ReadableStream } from 'node:stream/web'
import type { UnderlyingDefaultSource } from 'node:stream/web'
import { PeerworkError } from '../protocol/errors.ts'
import type { Intake } from '../observer/intake.ts'
import type { Ingest } from '../observer/store.ts'

/** Live readers at once, of all and of one key or person, count: a view takes one. */
const READERS_MAX = 50
const READERS_OF_ONE_MAX = 10
/** What is told to one more, ms. */
const RETRY_AFTER_MS = 10_000
/** Bytes that may wait for one reader. */
const WAITING_BYTES_MAX = 1024 * 1024
/** A sign of life, ms: proxies cut what is silent for a minute. */
const BEAT_MS = 15_000
/** Spans, handoffs and facts told of one message, count each: what is new, not all of it. */
const ITEMS_MAX = 500

export interface Wanted {
  readonly trace?: string | undefined
  /** Whose reader it is. */
  readonly who: string
  /** Whether the reader still may: a key can be revoked while somebody reads. */
  readonly holds: () => boolean
}

export class Live {
  readonly #intake: Intake
  /** How to end each, and whose it is. */
  readonly #readers = new Map<() => void, string>()
  readonly #tellers = new Set<(text: string, trace: string | null) => void>()

  constructor(intake: Intake) {
    this.#intake = intake
  }

  /** @throws PeerworkError `BUSY` when there are too many readers */
  stream(wanted: Wanted, signal: AbortSignal): ReadableStream<Uint8Array> {
    this.#check(wanted.who)
    let end = (): void => undefined
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => {
        const send = (text: string): void => {
          if (!wanted.holds()) end()
          else if ((controller.desiredSize ?? 0) <= 0) {
            controller.enqueue(encoder.encode('event: behind\ndata: {}\n\n'))
            end()
          } else controller.enqueue(encoder.encode(text))
        }
        const stop = this.#intake.listen((entries) => {
          const text = messageOf(entries, wanted)
          if (text !== '') send(text)
        })
        const tell = (text: string, of: string | null): void => {
          if (wanted.trace === undefined || wanted.trace === of) send(text)
        }
        this.#tellers.add(tell)
        const beat = setInterval(() => send(': beat\n\n'), BEAT_MS)
        end = () => {
          if (!this.#readers.delete(end)) return
          stop()
          this.#tellers.delete(tell)
          clearInterval(beat)
          signal.removeEventListener('abort', end)
          try {
            controller.close()
          } catch {
            // The reader went first.
          }
        }
        this.#readers.set(end, wanted.who)
        signal.addEventListener('abort', end, { once: true })
        send('retry: 1000\n\n')
      },
      cancel: () => end()
    }
    return new ReadableStream(source, {
      highWaterMark: WAITING_BYTES_MAX,
      size: (piece?: Uint8Array) => piece?.byteLength ?? 0
    })
  }

  /** An event of another kind. @param trace that it is about: readers of others are not told */
  tell(event: string, data: object, trace: string | null = null): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const teller of [...this.#tellers]) teller(text, trace)
  }

  close(): void {
    for (const end of this.#readers.keys()) end()
  }

  #check(who: string): void {
    const own = [...this.#readers.values()].filter((one) => one === who).length
    if (this.#readers.size < READERS_MAX && own < READERS_OF_ONE_MAX) return
    const whose = own < READERS_OF_ONE_MAX ? 'live readers' : 'live readers of yours'
    throw new PeerworkError('BUSY', `too many ${whose}`, { retryAfterMs: RETRY_AFTER_MS })
  }
}

const encoder = new TextEncoder()

/** What is new in one message: traces that changed, and their spans, handoffs and facts. */
function messageOf(entries: readonly Ingest[], { trace }: Wanted): string {
  const here = <T extends { readonly trace?: string }>(items: readonly T[]): T[] =>
    items.filter((item) => trace === undefined || item.trace === trace)
  const spans = here(entries.flatMap((entry) => entry.spans))
  const handoffs = here(entries.flatMap((entry) => entry.handoffs))
  const facts = here(entries.flatMap((entry) => entry.facts))
  if (spans.length + handoffs.length + facts.length === 0) return ''
  const traces = new Set([...spans, ...handoffs, ...facts].flatMap(({ trace: id }) => id ?? []))
  const bare = spans.slice(0, ITEMS_MAX).map((span) => ({ ...span, attributes: undefined }))
  const told = { traces: [...traces].slice(0, ITEMS_MAX), spans: bare }
  const rest = { handoffs: handoffs.slice(0, ITEMS_MAX), facts: facts.slice(0, ITEMS_MAX) }
  const left = [traces.size, spans.length, handoffs.length, facts.length]
  const more = left.reduce((sum, size) => sum + Math.max(0, size - ITEMS_MAX), 0)
  const body = { ...told, ...rest, more }
  return `event: new\ndata: ${JSON.stringify(body)}\n\n`
}
