/** Spans with their attributes, several asked for at once, given on before they are too many. */

import type { StoredSpan, TraceStore } from '../store.ts'

/** Questions to the store under way, count: it answers them one by one in a thread of its own. */
const ASKED_MAX = 16
/** Spans of one group, characters of JSON: what backends take, and what may be in memory. */
const GROUP_CHARS = 2 * 1024 * 1024

export interface SpanName {
  readonly trace: string
  readonly span: string
}

export interface SpanGroup<Name> {
  /** What was asked for, whether it is there or not. */
  readonly names: readonly Name[]
  readonly spans: readonly StoredSpan[]
}

/** In order; a span that several producers told of counts as often. */
export async function* spanGroups<Name extends SpanName>(
  store: Pick<TraceStore, 'span'>,
  all: readonly Name[]
): AsyncGenerator<SpanGroup<Name>, void, undefined> {
  let [names, spans, chars] = [[] as Name[], [] as StoredSpan[], 0]
  for (let at = 0; at < all.length; at += ASKED_MAX) {
    const asked = all.slice(at, at + ASKED_MAX)
    const answers = await Promise.all(asked.map(({ trace, span }) => store.span(trace, span)))
    names.push(...asked)
    spans.push(...answers.flat())
    chars += JSON.stringify(answers).length
    if (chars < GROUP_CHARS) continue
    yield { names, spans }
    ;[names, spans, chars] = [[], [], 0]
  }
  if (names.length > 0) yield { names, spans }
}
