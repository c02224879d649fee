/**
 * Everything of a window, piece by piece: as OTLP for other backends, or as lines that
 * `POST /api/ingest` takes again.
 *
 * Made while it is read: whoever reads slowly waits here, and nothing heaps up.
 */

import type { JsonObject } from '../../protocol/json.ts'
import type { Fact, HandoffPart, SpanPart } from '../model.ts'
import type { StoredSpan, TraceStore, Window } from '../store.ts'
import { toOtlp } from './otlp.ts'
import { spanGroups } from './whole.ts'

export const EXPORT_FORMATS = ['otlp', 'ndjson'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Traces, spans or facts that one question takes, count: what is in memory at once. */
const PAGE = 200
const US = 1_000

type Store = Pick<TraceStore, 'traces' | 'spans' | 'span' | 'handoffs' | 'facts'>

/** Traces that began in the window, the oldest first; each line is whole JSON with its line end. */
export async function* exportLines(
  store: Store,
  window: Window,
  format: ExportFormat
): AsyncGenerator<string, void, undefined> {
  let after: string | undefined
  do {
    const asked = { ...window, order: 'oldest', limit: PAGE } as const
    const page = await store.traces({ ...asked, ...(after !== undefined && { after }) })
    for (const { trace } of page.items) yield* linesOf(store, trace, format)
    after = page.next
  } while (after !== undefined)
}

async function* linesOf(
  store: Store,
  trace: string,
  format: ExportFormat
): AsyncGenerator<string, void, undefined> {
  let after: string | undefined
  do {
    const page = await store.spans(trace, { limit: PAGE, ...(after !== undefined && { after }) })
    const ids = new Set(page.items.map(({ span }) => span))
    const names = [...ids].map((span) => ({ trace, span }))
    for await (const { spans } of spanGroups(store, names)) {
      if (format === 'otlp' && spans.length > 0) yield `${JSON.stringify(toOtlp(spans))}\n`
      if (format === 'ndjson') for (const span of spans) yield line(spanLine(span))
    }
    after = page.next
  } while (after !== undefined)
  if (format === 'otlp') return
  yield* others(store, trace)
}

async function* others(store: Store, trace: string): AsyncGenerator<string, void, undefined> {
  let after: string | undefined
  do {
    const page = await store.handoffs({ trace, limit: PAGE, ...(after !== undefined && { after }) })
    for (const { giver, taker } of page.items) {
      if (giver !== undefined) yield line(handoffLine(giver))
      if (taker !== undefined) yield line(handoffLine(taker))
    }
    after = page.next
  } while (after !== undefined)
  do {
    const asked = { trace, order: 'oldest', limit: PAGE } as const
    const page = await store.facts({ ...asked, ...(after !== undefined && { after }) })
    for (const fact of page.items) yield line(factLine(fact, trace))
    after = page.next
  } while (after !== undefined)
}

const line = (object: object): string => `${JSON.stringify(object)}\n`
const ms = (us: number | undefined): number | undefined => (us === undefined ? us : us / US)

/** What a line has no name for stands under the names that OTLP has for it. */
function spanLine(span: StoredSpan): object {
  const { trace, span: id, parent, kind, agent, status, error, model, provider, tool } = span
  const { name = kind, tokens, cost, conversation, startUs, endUs, attributes = {} } = span
  return {
    ...{ type: 'span', trace, span: id, parent, name, kind, agent },
    ...{ start: ms(startUs ?? endUs ?? 0), end: ms(endUs), status, error },
    ...{ model, provider, tool, tokens, conversation },
    // A price of the list is no report: whoever takes the line has prices of its own.
    ...(span.costSource !== 'estimated' && { cost }),
    attributes: { ...told(span), ...attributes }
  }
}

function told({ source, service, task, skill, side, peer }: SpanPart): JsonObject {
  const all = {
    ...{ 'peerwork.by': source.by, 'peerwork.sealed': source.kind === 'agent' },
    ...{ 'peerwork.service': service, 'peerwork.task.id': task, 'peerwork.skill': skill },
    ...{ 'peerwork.side': side, 'peerwork.peer.id': peer }
  }
  const known = Object.entries(all).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known) as JsonObject
}

function handoffLine(part: HandoffPart): object {
  const { offeredUs, acceptedUs, startedUs, endedUs, ...rest } = part
  const times = { offered: ms(offeredUs), accepted: ms(acceptedUs), started: ms(startedUs) }
  // Whoever brings the line vouches for it.
  return { type: 'handoff', ...rest, source: undefined, ...times, ended: ms(endedUs) }
}

/** Facts of agents are sealed in their logs; here they are events that somebody tells of. */
function factLine({ id, source, atUs, type, span, body }: Fact, trace: string): object {
  const place = { trace, span, at: ms(atUs) }
  const plain = type.startsWith('event.') ? type.slice('event.'.length) : type
  const own = source.kind === 'key'
  if (own && type === 'guard.tripped') return { type: 'guard', ...place, ...body }
  if (own && type === 'state.changed') return { type: 'state', ...place, ...body }
  if (own) return { type: 'event', ...place, name: plain, body }
  return { type: 'event', ...place, name: type, body: { ...body, 'peerwork.fact': id } }
}
