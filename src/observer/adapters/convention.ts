/** One way of writing agents and models into attributes, and what it makes of them. */

import type { OtlpSpan } from '../otlp/span.ts'
import type { HandoffMode, SpanPart, Tokens } from '../model.ts'

/** What attributes can say of a span beyond its ids, times and status. */
export interface Told extends Pick<SpanPart, 'kind'> {
  readonly name?: string | undefined
  readonly agent?: string | undefined
  readonly model?: string | undefined
  readonly provider?: string | undefined
  readonly tool?: string | undefined
  readonly conversation?: string | undefined
  readonly skill?: string | undefined
  readonly task?: string | undefined
  readonly peer?: string | undefined
  readonly side?: SpanPart['side'] | undefined
  readonly tokens?: Tokens | undefined
  /** US dollars, as the sender says. */
  readonly cost?: number | undefined
  readonly handoff?: Handoff | undefined
}

export interface Handoff {
  readonly from: string | undefined
  readonly to: string
  readonly mode: HandoffMode
}

/** Undefined when the span is not written in this convention. */
export type Convention = (span: OtlpSpan) => Told | undefined

interface Counts {
  readonly [Kind: string]: number | undefined
}

/**
 * Tokens as Peerwork counts them. Some senders leave cached tokens out of `input`: then they cannot
 * be a part of it, and are added.
 */
export function tokensOf(counts: Counts & { [Kind in keyof Tokens]?: number | undefined }): Tokens {
  const { input, output, cacheRead, cacheWrite, reasoning } = counts
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0)
  const whole = input !== undefined && cached > input ? input + cached : input
  return {
    ...(whole !== undefined && { input: whole }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning })
  }
}
