/** What a group adds to sums by the hour, to agents seen, and to names in use. */

import { sourceKey } from '../merge.ts'
import type { SpanPart } from '../model.ts'
import { HOUR_US, SUM_FIELDS, sumsOf, timeOf } from '../sums.ts'
import type { Sums } from '../sums.ts'
import { keyOf } from './key.ts'

interface Bucket extends Record<keyof Sums, number> {
  readonly hour: number
  readonly key: string
  readonly agent: string
  readonly model: string
  readonly kind: string
}
interface Seen {
  readonly key: string
  readonly agent: string
  readonly by: string
  first: number
  last: number
}
interface Name {
  readonly field: string
  readonly text: string
  uses: number
}
export const NAME_FIELDS = ['agent', 'skill', 'model', 'tool'] as const

export class SumsDraft {
  readonly buckets = new Map<string, Bucket>()
  readonly seen = new Map<string, Seen>()
  readonly names = new Map<string, Name>()

  add(before: SpanPart | undefined, now: SpanPart): void {
    if (before !== undefined) this.#count(before, -1)
    this.#count(now, 1)
  }

  /** As if it had never come. */
  takeBack(span: SpanPart): void {
    this.#count(span, -1)
  }

  #count(span: SpanPart, sign: 1 | -1): void {
    const { agent = '', model = '', kind = 'other' } = span
    const hour = Math.floor((timeOf(span) ?? 0) / HOUR_US)
    const key = keyOf(JSON.stringify([agent, model, kind]))
    const place = `${hour} ${key}`
    let bucket = this.buckets.get(place)
    if (bucket === undefined) {
      const none = Object.fromEntries(SUM_FIELDS.map((field) => [field, 0])) as never
      bucket = { ...{ hour, key, agent, model, kind }, ...(none as Record<keyof Sums, number>) }
      this.buckets.set(place, bucket)
    }
    const sums = sumsOf(span)
    for (const field of SUM_FIELDS) bucket[field] += sign * sums[field]
    for (const field of NAME_FIELDS) this.#use(field, span[field], sign)
  }

  #use(field: string, text: string | undefined, sign: 1 | -1): void {
    if (text === undefined || text === '') return
    const place = `${field}:${text}`
    const name = this.names.get(place)
    if (name === undefined) this.names.set(place, { field, text, uses: sign })
    else name.uses += sign
  }

  /** Of every part that names an agent and a time, whatever the span is in the end. */
  see({ agent, startUs, endUs, source }: SpanPart): void {
    const time = startUs ?? endUs
    if (agent === undefined || time === undefined) return
    const [first, last] = [Math.min(time, endUs ?? time), Math.max(time, endUs ?? time)]
    const key = keyOf(JSON.stringify([agent, sourceKey(source)]))
    const seen = this.seen.get(key)
    if (seen === undefined) this.seen.set(key, { key, agent, by: source.by, first, last })
    else {
      seen.first = Math.min(seen.first, first)
      seen.last = Math.max(seen.last, last)
    }
  }
}
