/** The spans of a trace, as many as one page of a person or one answer takes. */

import type { StoredSpan, TraceStore } from '../store.ts'

/** Spans of one trace that are looked at as a whole, count: what a browser draws at once. */
export const WHOLE_MAX = 20_000
/** Of one question to the store, count: what it answers at most. */
const PAGE = 5_000

/** The earliest `most` of them. */
export async function allSpans(
  store: TraceStore,
  trace: string,
  most = WHOLE_MAX
): Promise<readonly StoredSpan[]> {
  const spans: StoredSpan[] = []
  let after: string | undefined
  do {
    const page = await store.spans(trace, {
      limit: Math.min(PAGE, most),
      ...(after !== undefined && { after })
    })
    spans.push(...page.items)
    after = page.next
  } while (after !== undefined && spans.length < most)
  return spans.slice(0, most)
}
