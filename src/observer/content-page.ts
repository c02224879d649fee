/**
 * The contents of one trace, span by span in the order of their start: what can be shown, and of
 * all else why it cannot.
 */

import type { Clock } from '../node/clock.ts'
import type { JsonValue } from '../protocol/json.ts'
import { clipLabel } from '../protocol/text.ts'
import type { Content, Contents, ContentState } from './contents.ts'
import type { Fact, SpanKind } from './model.ts'
import type { Page, StoredSpan, TraceStore } from './store.ts'

/** Contents of one page as JSON, bytes; what one span tells always fits beside it. */
const PAGE_BYTES_MAX = 1024 * 1024
/** Parts of one span, count: an input, an output and changes of state, and some that came twice. */
const PARTS_MAX = 32
/** Facts of one span that are looked at, count: a skill may tell of a thousand guards. */
const FACTS_PAGE = 200
const FACTS_PAGES_MAX = 8
/** How far outside its span a content may lie, µs: redacting takes time, and clocks are set. */
const AROUND_US = 2_000_000
/** How long after its begin, and before its end, a task tells contents, µs. */
const BESIDE_US = 5_000_000
/** Keys of a page are waited for no longer, ms: then what is left counts as away. */
const WAIT_MS_MAX = 6_000
/** After this long a page ends with what it has, ms. */
const PAGE_MS_MAX = 3_000

export interface ShownContent {
  readonly span: string
  readonly task: string | null
  readonly by: string
  readonly name: string | null
  /** Null where nothing at all was told. */
  readonly of: Content['of'] | null
  readonly atUs: number | null
  readonly state: ContentState
  readonly value: JsonValue
  readonly why: { readonly code: string | null; readonly message: string } | null
  readonly untrusted: true
}

export interface ContentAsk {
  readonly trace: string
  /** Of this span alone. */
  readonly span?: string | undefined
  /** Spans of one page, count. */
  readonly limit: number
  readonly after?: string | undefined
}

export interface ContentMeans {
  readonly store: TraceStore
  readonly contents: Contents
  readonly elapsed: Clock['elapsed']
  readonly signal: AbortSignal
}

/**
 * @returns undefined when there is no such trace, or span
 * @throws PeerworkError `BAD_OPTION` for a cursor that no page gave
 */
export async function contentPage(
  ask: ContentAsk,
  given: ContentMeans
): Promise<Page<ShownContent> | undefined> {
  const { store, elapsed } = given
  const page = await spansOf(store, ask)
  if (page === undefined) return undefined
  const signal = AbortSignal.any([given.signal, AbortSignal.timeout(WAIT_MS_MAX)])
  const until = elapsed() + PAGE_MS_MAX
  const items: ShownContent[] = []
  let bytes = 0
  for (const [at, span] of page.items.entries()) {
    const found = await ofSpan(span, { ...given, signal })
    items.push(...found)
    bytes += Buffer.byteLength(JSON.stringify(found))
    const full = bytes >= PAGE_BYTES_MAX || elapsed() > until
    if (!full || at + 1 === page.items.length || ask.span !== undefined) continue
    // The same page again, but only this far: its cursor is where the next one goes on.
    const { next } = await store.spans(ask.trace, { ...pageOf(ask), limit: at + 1 })
    return { items, ...(next !== undefined && { next }) }
  }
  return { items, ...(page.next !== undefined && { next: page.next }) }
}

const pageOf = ({ limit, after }: ContentAsk) => ({
  limit,
  ...(after !== undefined && { after })
})

async function spansOf(store: TraceStore, ask: ContentAsk): Promise<Page<StoredSpan> | undefined> {
  const { trace, span } = ask
  if (span !== undefined) {
    const items = await store.span(trace, span)
    return items.length === 0 ? undefined : { items }
  }
  const page = await store.spans(trace, pageOf(ask))
  const known = page.items.length > 0 || (await store.trace(trace)) !== undefined
  return known ? page : undefined
}

/** Kinds of spans that may have contents. */
const TELLING: ReadonlySet<SpanKind> = new Set<SpanKind>(['task', 'model', 'tool'])

/** Only who did the work tells contents: neither who asked for it, nor what came with a key. */
async function ofSpan(span: StoredSpan, means: ContentMeans): Promise<readonly ShownContent[]> {
  const { source, side, kind } = span
  if (source.kind !== 'agent' || side !== 'executor') return []
  const { parts, left, whole } = await factsOf(span, means.store)
  const read = await means.contents.read(parts, means.signal)
  const items = [
    ...read.toSorted((a, b) => a.atUs - b.atUs).map((content) => shown(span, content)),
    ...left.map((fact) => leftOut(span, fact))
  ]
  if (items.length > 0 || !TELLING.has(kind)) return items
  if (whole) return [blank(span, 'its producer told no contents of it')]
  return [{ ...blank(span, 'it has too many events to be looked through'), state: 'unreadable' }]
}

interface Found {
  readonly parts: Fact[]
  /** What the producer left out, and why. */
  readonly left: Fact[]
  /** Whether all that may be there was looked at. */
  whole: boolean
}

/**
 * Inputs are told when the work begins, the rest when it ends; what lies between may be a whole
 * trace, and is looked through only when something is missing.
 */
async function factsOf(span: StoredSpan, store: TraceStore): Promise<Found> {
  const { startUs, endUs, status } = span
  const from = startUs === undefined ? 0 : Math.max(0, startUs - AROUND_US)
  const to = endUs === undefined ? Number.MAX_SAFE_INTEGER : endUs + AROUND_US
  const [begun, ending] = [from + BESIDE_US, to - BESIDE_US]
  const found: Found = { parts: [], left: [], whole: true }
  const look = (fromUs: number, toUs: number) => gather(span, { store, fromUs, toUs, into: found })
  if (startUs === undefined || endUs === undefined || begun >= ending) {
    await look(from, to)
    return found
  }
  await look(from, begun)
  await look(ending, to)
  const has = (of: string): boolean => found.parts.some(({ body }) => body['of'] === of)
  const none = found.parts.length + found.left.length === 0
  if (!(has('input') && has('output')) && !(none && status === 'ok')) await look(begun, ending)
  return found
}

interface Look {
  readonly store: TraceStore
  readonly fromUs: number
  readonly toUs: number
  readonly into: Found
}

async function gather(
  { trace, span, source }: StoredSpan,
  { store, fromUs, toUs, into }: Look
): Promise<void> {
  const { parts, left } = into
  const query = { trace, span, by: source.by, types: TYPES, fromUs, toUs, limit: FACTS_PAGE }
  let after: string | undefined
  for (let page = 0; page < FACTS_PAGES_MAX; page++) {
    const { items, next } = await store.facts({ ...query, ...(after !== undefined && { after }) })
    for (const fact of items) {
      if (fact.type === 'content.part' && parts.length < PARTS_MAX) parts.push(fact)
      else if (fact.body['guard'] === 'trace.content' && left.length < PARTS_MAX) left.push(fact)
    }
    after = next
    if (next === undefined) return
  }
  into.whole = false
}

const TYPES = ['content.part', 'guard.tripped'] as const

function shown(span: StoredSpan, { of, atUs, state, value = null, why }: Content): ShownContent {
  const { code, message = '' } = why ?? {}
  const reason = code === undefined ? null : { code, message: clipLabel(message) }
  return { ...blank(span), of, atUs, state, value, why: reason }
}

/** Which of its contents the guard is of stands in its own words. */
function leftOut(span: StoredSpan, { atUs, body }: Fact): ShownContent {
  const said = body['reason']
  const reason = typeof said === 'string' ? clipLabel(said) : 'it was left out'
  return { ...blank(span, reason), atUs }
}

const blank = (span: StoredSpan, message = ''): ShownContent => ({
  ...{ span: span.span, task: span.task ?? null, by: span.source.by, name: span.name ?? null },
  ...{ of: null, atUs: null, state: 'not-told', value: null },
  ...{ why: { code: null, message }, untrusted: true }
})
