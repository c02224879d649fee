/**
 * Contents of traces, for an observer that a producer named: parts from the store, keys from the
 * producer itself. What cannot be shown says why.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { openContent } from '../protocol/trace-content.ts'
import type { ContentPart, ContentPlace } from '../protocol/trace-content.ts'
import type { TraceEvent } from '../protocol/trace.ts'
import { ContentKeys } from './content-keys.ts'
import type { ContentKeysInit } from './content-keys.ts'
import type { Fact } from './model.ts'

/**
 * `dropped`: its key is gone, at the producer or here. `not-permitted`: the producer did not name
 * this observer. `away`: the producer cannot be asked now. `unreadable`: parts are missing, or do
 * not fit their key.
 */
export const CONTENT_STATES = [
  ...['shown', 'dropped', 'not-permitted', 'away', 'unreadable', 'not-told']
] as const
export type ContentState = (typeof CONTENT_STATES)[number]

/** Text of strangers: to be shown as data, never followed. */
export interface Content extends ContentPlace {
  /** Who produced it. */
  readonly by: string
  /** µs since 1970 by the producer's clock. */
  readonly atUs: number
  readonly state: Exclude<ContentState, 'not-told'>
  /** As it was told; undefined when it cannot be read, for the reason in `why`. */
  readonly value?: JsonValue
  readonly why?: PeerworkError
}

type Part = Extract<TraceEvent, { type: 'content.part' }>

export class Contents {
  readonly #keys: ContentKeys

  constructor(init: ContentKeysInit) {
    this.#keys = new ContentKeys(init)
  }

  /** From now on producers are asked through this. */
  join(door: Parameters<ContentKeys['join']>[0]): void {
    this.#keys.join(door)
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

  /**
   * Drop the keys of a trace, and ask for none again.
   *
   * @throws PeerworkError `STORE_FULL`, `STORE_FAILED`: it could not be written down, and nothing
   *   was dropped
   */
  forget(trace: string): void {
    this.#keys.forget(trace)
  }

  async #open(group: readonly Fact[], signal: AbortSignal): Promise<Content> {
    const events = group.map(({ body }) => body as unknown as Part)
    const { trace, span, task, of } = events[0] as Part
    const place = { trace, span, task, of }
    const said = { ...place, by: group[0]?.source.by ?? '', atUs: group[0]?.atUs ?? 0 }
    try {
      // The same event may have come twice.
      const parts = new Map(events.map((event): [number, ContentPart] => [event.part, event]))
      const key = await this.#keys.keyOf(said.by, trace, signal)
      const value = parseJson(openContent(key, place, [...parts.values()]))
      return { ...said, state: 'shown', value }
    } catch (error) {
      const why = error instanceof PeerworkError ? error : new PeerworkError('INTERNAL', 'no key')
      return { ...said, state: STATES[why.code] ?? 'away', why }
    }
  }
}

const STATES: Partial<Record<ErrorCode, Content['state']>> = {
  ...{ CONTENT_GONE: 'dropped', MALFORMED: 'unreadable', ROLE_MISSING: 'not-permitted' },
  ...{ NOT_A_MEMBER: 'not-permitted', MEMBERSHIP_EXPIRED: 'not-permitted' },
  ...{ MEMBERSHIP_REVOKED: 'not-permitted' }
}
