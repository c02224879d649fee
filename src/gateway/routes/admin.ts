/** What an owner sees to: keys, who changed what, what is kept, what leaves. */

import { ReadableStream } from 'node:stream/web'
import * as z from 'zod/mini'
import type { Alarm } from '../../observer/alerts/alarm.ts'
import type { ForwardState } from '../../observer/export/forward.ts'
import { EXPORT_FORMATS, exportLines } from '../../observer/export/lines.ts'
import type { KeeperState } from '../../observer/retention.ts'
import type { Audit } from '../access/audit.ts'
import { SCOPES } from '../access/caller.ts'
import type { Keys } from '../access/keys.ts'
import { pageOf } from '../answers.ts'
import * as answers from '../answers-alerts.ts'
import { Refusal } from '../failure.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { JSON_TYPE, readJson } from '../json-body.ts'
import { after, limit, time, traceId, windowOf } from '../params.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'
import { readCursor, writeCursor } from '../../observer/cursor.ts'

const group = 'Administration'
/** Exports at once, count: each keeps the store busy. */
const EXPORTS_MAX = 2
/** What is told to whoever wants a third, ms: they take minutes. */
const EXPORT_RETRY_MS = 30_000
const NAME_MAX = 63
const newKey = z.strictObject({
  name: z.string().check(z.maxLength(NAME_MAX)),
  scopes: z.array(z.enum(SCOPES)).check(z.minLength(1), z.maxLength(SCOPES.length)),
  /** ms since 1970 */
  expires: z.optional(z.int().check(z.gte(0)))
})

export interface AdminParts {
  readonly keys: Keys
  readonly audit: Audit
  readonly alarm: Alarm | undefined
  readonly keeping: (() => KeeperState) | undefined
  readonly forwarding: (() => ForwardState) | undefined
}

export const adminRoutes = (parts: AdminParts): readonly Route[] => [
  ...keyRoutes(parts),
  ...pinRoutes(parts),
  sizeRoute(parts),
  exportRoute()
]

function keyRoutes({ keys, audit }: AdminParts): readonly Route[] {
  return [
    defineRoute({
      ...{ method: 'GET', path: '/api/v1/keys', scope: 'admin', group },
      summary: 'Keys, without what is secret of them',
      answer: answers.keys,
      handle: () => ({ keys: keys.list() })
    }),
    defineRoute({
      ...{ method: 'POST', path: '/api/v1/keys', scope: 'admin', group },
      summary: 'Make a key; it is shown this once',
      ...{ takes: [JSON_TYPE], body: newKey, answer: answers.newKey },
      handle: async ({ request, caller }) => {
        const { name, scopes, expires } = await readJson(request, newKey)
        const asked = { name, scopes: [...new Set(scopes)] }
        return keys.create({ ...asked, ...(expires !== undefined && { expires }) }, caller.name)
      }
    }),
    defineRoute({
      ...{ method: 'DELETE', path: '/api/v1/keys/{id}', scope: 'admin', group },
      summary: 'Revoke a key, by its id',
      params: z.strictObject({ id: z.string().check(z.maxLength(NAME_MAX)) }),
      answer: answers.key,
      handle: ({ params: { id }, caller }) =>
        keys.list().some((one) => one.id === id) ? keys.revoke(id, caller.name) : undefined
    }),
    defineRoute({
      ...{ method: 'GET', path: '/api/v1/audit', scope: 'admin', group },
      summary: 'Who changed what, newest first',
      query: z.strictObject({ limit, after }),
      answer: pageOf(answers.auditEntry),
      handle: ({ query: { limit: most, after: start } }) => {
        const before = start === undefined ? undefined : Number(readCursor(start, 'i')[0])
        const items = audit.list(most + 1, before)
        const last = items[most - 1]
        const more = items.length > most && last !== undefined
        return { items: items.slice(0, most), ...(more && { next: writeCursor(last.seq) }) }
      }
    })
  ]
}

function pinRoutes({ audit }: AdminParts): readonly Route[] {
  const pin = (method: 'PUT' | 'DELETE', pinned: boolean): Route =>
    defineRoute({
      ...{ method, path: '/api/v1/traces/{trace}/pin', scope: 'admin', group },
      summary: pinned ? 'Keep this trace whatever retention says' : 'Let retention have it again',
      params: z.strictObject({ trace: traceId }),
      answer: answers.done,
      handle: async ({ params: { trace }, world: { store }, caller }) => {
        if ((await store.trace(trace)) === undefined) return undefined
        const what = pinned ? 'trace.pinned' : 'trace.unpinned'
        return audit.around([caller.name, what, trace], async () => {
          await store.pin(trace, pinned)
          return { done: true }
        })
      }
    })
  return [pin('PUT', true), pin('DELETE', false)]
}

function sizeRoute({ alarm, keeping, forwarding }: AdminParts): Route {
  return defineRoute({
    ...{ method: 'GET', path: '/api/v1/size', scope: 'read', group },
    summary: 'How much is kept, for how long, and what was dropped or passed on',
    answer: answers.size,
    handle: async ({ world: { store } }) => ({
      ...(await store.size()),
      retention: keeping === undefined ? null : keptTo(keeping()),
      export: forwarding?.() ?? null,
      alerts: alarm === undefined ? null : { ...alarm.alerts.counts(), lost: alarm.lost() }
    })
  })
}

function keptTo({ retention, dropped, droppedAt }: KeeperState) {
  const { days = null, bytes = null, count: spans = null } = retention
  return { days, bytes, spans, dropped, droppedAt }
}

function exportRoute(): Route {
  let running = 0
  return defineRoute({
    ...{ method: 'GET', path: '/api/v1/export', scope: 'read', group },
    summary: 'Every trace that began in a window, one JSON object a line',
    about:
      '`ndjson`: spans, handoffs and facts, as `POST /api/ingest` takes them. `otlp`: an OTLP ' +
      'request a line, as the OpenTelemetry collector reads from files.',
    query: z.strictObject({ from: time, to: time, format: z.optional(z.enum(EXPORT_FORMATS)) }),
    gives: ['application/x-ndjson', 'application/jsonl'],
    handle: ({ query, world: { store, clock }, signal, holds }) => {
      if (running >= EXPORTS_MAX) {
        const facts = { retryAfterMs: EXPORT_RETRY_MS }
        throw new PeerworkError('BUSY', `${EXPORTS_MAX} exports are under way`, facts)
      }
      const { from, to, format = 'ndjson' } = query
      const lines = exportLines(store, windowOf({ from, to }, clock.now()), format)
      running++
      const stream = streamOf(lines, { signal, holds }, () => void running--)
      const type = format === 'otlp' ? 'application/jsonl' : 'application/x-ndjson'
      const name = `peerwork-traces.${format === 'otlp' ? 'otlp.jsonl' : 'ndjson'}`
      const headers = { 'content-disposition': `attachment; filename="${name}"` }
      return new Response(stream, { headers: { ...headers, 'content-type': type } })
    }
  })
}

/** Text that is gathered into one piece of the stream, characters. */
const PIECE = 64 * 1024

/** A piece is made when it is asked for, and none ahead. @param ended called once */
function streamOf(
  lines: AsyncGenerator<string, void, undefined>,
  { signal, holds }: { readonly signal: AbortSignal; readonly holds: () => boolean },
  ended: () => void
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let open = true
  const end = (): void => {
    if (!open) return
    open = false
    signal.removeEventListener('abort', end)
    ended()
    void lines.return().catch(() => undefined)
  }
  signal.addEventListener('abort', end, { once: true })
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          if (!holds()) throw new Refusal(403, 'the key holds no more')
          let text = ''
          while (open && text.length < PIECE) {
            const { value, done } = await lines.next()
            if (done === true) end()
            else text += value
          }
          if (text !== '') controller.enqueue(encoder.encode(text))
          if (!open) controller.close()
        } catch (error) {
          end()
          controller.error(error)
        }
      },
      cancel: end
    },
    { highWaterMark: 0 }
  )
}
