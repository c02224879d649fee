/** Spans with their attributes, several asked for at once. */

import type { StoredSpan, TraceStore } from '../store.ts'

/** Questions to the store under way, count: it answers them one by one in a thread of its own. */
const ASKED_MAX = 16

export interface SpanName {
  readonly trace: string
  readonly span: string
}

/** In order; a span that several producers told of counts as often. */
export async function wholeSpans(
  store: Pick<TraceStore, 'span'>,
  names: readonly SpanName[]
): Promise<readonly StoredSpan[]> {
  const whole: StoredSpan[] = []
  for (let at = 0; at < names.length; at += ASKED_MAX) {
    const asked = names.slice(at, at + ASKED_MAX)
    const answers = await Promise.all(asked.map(({ trace, span }) => store.span(trace, span)))
    whole.push(...answers.flat())
  }
  return whole
}
