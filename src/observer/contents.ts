/**
 * Contents of traces, for an observer that a producer named: parts from the store, keys from the
 * producer itself, asked for when they are first needed and kept in memory only.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { openContent } from '../protocol/trace-content.ts'
import type { ContentPart, ContentPlace } from '../protocol/trace-content.ts'
import type { TraceEvent } from '../protocol/trace.ts'
import type { Traces } from '../node/trace/api.ts'
import type { Fact } from './model.ts'

/** Keys kept, count: of as many traces as a producer keeps. */
const KEYS_MAX = 1_000

/** Text of strangers: to be shown as data, never followed. */
export interface Content extends ContentPlace {
  /** Who produced it. */
  readonly by: string
  /** As it was told; undefined when it cannot be read, for the reason in `why`. */
  readonly value?: JsonValue
  readonly why?: PeerworkError
}

type Part = Extract<TraceEvent, { type: 'content.part' }>

export class Contents {
  readonly #door: Pick<Traces, 'contentKey'>
  readonly #keys = new Map<string, Uint8Array>()
  readonly #dropped = new Set<string>()

  constructor(door: Pick<Traces, 'contentKey'>) {
    this.#door = door
  }

  /** What is in these facts of one trace. Never rejects: what cannot be read says why. */
  async read(facts: readonly Fact[], signal: AbortSignal): Promise<readonly Content[]> {
    const told = facts.filter(({ type, source }) => {
      return type === 'content.part' && source.kind === 'agent'
    })
    const groups = Map.groupBy(told, ({ source, body }) => {
      const { trace, span, of } = body as unknown as Part
      return `${source.by}/${trace}/${span}/${of}`
    })
    return await Promise.all([...groups.values()].map((group) => this.#open(group, signal)))
  }

  /** Drop the keys of a trace, and ask for none again. */
  forget(trace: string): void {
    for (const [name, key] of this.#keys) {
      if (!name.endsWith(`/${trace}`)) continue
      key.fill(0)
      this.#keys.delete(name)
    }
    this.#dropped.add(trace)
    const [oldest = ''] = this.#dropped
    if (this.#dropped.size > KEYS_MAX) this.#dropped.delete(oldest)
  }

  async #open(group: readonly Fact[], signal: AbortSignal): Promise<Content> {
    const events = group.map(({ body }) => body as unknown as Part)
    const { trace, span, task, of } = events[0] as Part
    const place = { trace, span, task, of }
    const by = group[0]?.source.by ?? ''
    try {
      // The same event may have come twice.
      const parts = new Map(events.map((event): [number, ContentPart] => [event.part, event]))
      const key = await this.#keyOf(by, trace, signal)
      return { ...place, by, value: parseJson(openContent(key, place, [...parts.values()])) }
    } catch (error) {
      const why = error instanceof PeerworkError ? error : new PeerworkError('INTERNAL', 'no key')
      return { ...place, by, why }
    }
  }

  async #keyOf(by: string, trace: string, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#dropped.has(trace)) throw new PeerworkError('CONTENT_GONE', 'its key was dropped')
    const name = `${by}/${trace}`
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    const key = await this.#door.contentKey(by, trace, signal)
    if (this.#dropped.has(trace)) throw new PeerworkError('CONTENT_GONE', 'its key was dropped')
    this.#keys.set(name, key)
    const [oldest = ''] = this.#keys.keys()
    if (this.#keys.size > KEYS_MAX) this.#keys.delete(oldest)
    return key
  }
}
