/**
 * One made-up trace as it is written: steps at milliseconds after its begin, told in the words in
 * which everything else is told. Nobody signed it, and every span says that it is a sample.
 */

import { createHash } from 'node:crypto'
import type { Fact, HandoffPart, Parts, Source, SpanPart } from '../../observer/model.ts'
import type { JsonObject } from '../../protocol/json.ts'

/** As whoever told it: no key can be named so. */
export const SAMPLE_SOURCE: Source = { kind: 'key', by: '(sample)' }
const US = 1_000

/** From and to, ms after the begin. */
export type Time = readonly [from: number, to: number]
type Said = Omit<SpanPart, 'trace' | 'span' | 'source' | 'startUs' | 'endUs' | 'name'>
type Given = Pick<HandoffPart, 'from' | 'to' | 'skill' | 'error' | 'bytes' | 'cost'> & {
  /** The spans of both sides. */
  readonly spans: readonly [giver: string, taker: string]
  /** When it was offered, when the other began, when it ended. */
  readonly times: readonly [offered: number, started: number, ended: number]
}

/** The same word gives the same id, so that loading twice changes nothing. */
const idOf = (word: string, digits: number): string =>
  createHash('sha256').update(`peerwork sample ${word}`).digest('hex').slice(0, digits)

/** @param salt a secret of the observer: whoever knew an id could put spans of its own there */
export const sampleTrace = (name: string, salt: string): string => idOf(`${salt} ${name}`, 32)

export class Scene implements Parts {
  readonly trace: string
  readonly spans: SpanPart[] = []
  readonly handoffs: HandoffPart[] = []
  readonly facts: Fact[] = []
  readonly #beginMs: number

  /** @param beginMs since 1970 */
  constructor(trace: string, beginMs: number) {
    this.trace = trace
    this.#beginMs = beginMs
  }

  /** @returns its id */
  span(name: string, [from, to]: Time, { attributes = {}, ...said }: Said): string {
    const span = idOf(`${this.trace} span ${this.spans.length}`, 16)
    this.spans.push({
      ...{ trace: this.trace, span, source: SAMPLE_SOURCE, name },
      ...{ startUs: this.#at(from), endUs: this.#at(to) },
      status: said.error === undefined ? 'ok' : 'error',
      ...said,
      attributes: { 'peerwork.sample': true, ...attributes }
    })
    return span
  }

  /** Both sides tell the same. */
  handoff({ spans, times, cost, ...given }: Given): void {
    const [offeredUs, startedUs, endedUs] = times.map((ms) => this.#at(ms)) as [
      ...[number, number, number]
    ]
    const [giver, taker] = spans
    const id = `${given.skill}/${given.to}`
    const status = given.error === undefined ? ('ok' as const) : ('error' as const)
    const both = {
      ...{ trace: this.trace, id, source: SAMPLE_SOURCE, mode: 'return-to-caller' as const },
      ...{ ...given, status, endedUs }
    }
    this.handoffs.push(
      { ...both, side: 'giver', span: giver, offeredUs },
      {
        ...{ ...both, side: 'taker', span: taker, startedUs },
        acceptedUs: offeredUs + US,
        ...(cost !== undefined && { cost })
      }
    )
  }

  fact(type: string, span: string, { at, body }: { at: number; body: JsonObject }): void {
    const id = `${SAMPLE_SOURCE.by}/${idOf(`${this.trace} fact ${this.facts.length}`, 32)}`
    const place = { trace: this.trace, span, atUs: this.#at(at) }
    this.facts.push({ id, source: SAMPLE_SOURCE, type, ...place, body })
  }

  #at(ms: number): number {
    return Math.round((this.#beginMs + ms) * US)
  }
}
