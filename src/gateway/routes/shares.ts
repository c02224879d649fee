/** Links to single traces, as their owner sees them: made, listed, taken back, looked at before. */

import * as z from 'zod/mini'
import type { Audit } from '../access/audit.ts'
import { Refusal } from '../failure.ts'
import { JSON_TYPE, readJson } from '../json-body.ts'
import { traceId } from '../params.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'
import * as answers from '../shares/answers.ts'
import { fileOf } from '../shares/page.ts'
import type { SharePage } from '../shares/page.ts'
import { HOURS_MAX, PROFILE_DEFAULT, PROFILES, VIEWS_MAX } from '../shares/share.ts'
import type { Shares } from '../shares/shares.ts'
import { shownRun } from '../shares/shown.ts'
import type { Views } from '../shares/views.ts'

export interface ShareParts {
  readonly shares: Shares
  readonly views: Views
  readonly audit: Audit
  readonly page: SharePage | undefined
  /** Where people reach the observer. */
  readonly url: () => string
}

const group = 'Shares'
const ID_MAX = 63
const profile = z.optional(z.enum(PROFILES))
const newShare = z.strictObject({
  trace: traceId,
  profile,
  hours: z.optional(z.int().check(z.gte(1), z.lte(HOURS_MAX))),
  maxViews: z.optional(z.int().check(z.gte(1), z.lte(VIEWS_MAX)))
})
const params = z.strictObject({ trace: traceId })
const query = z.strictObject({ profile })

export const shareRoutes = (parts: ShareParts): readonly Route[] => [
  ...linkRoutes(parts),
  previewRoute(parts),
  fileRoute(parts)
]

function linkRoutes({ shares, url }: ShareParts): readonly Route[] {
  return [
    defineRoute({
      ...{ method: 'GET', path: '/api/v1/shares', scope: 'admin', group },
      summary: 'Links that were given away, newest first, without what is secret of them',
      answer: answers.shares,
      handle: () => ({ shares: shares.list() })
    }),
    defineRoute({
      ...{ method: 'POST', path: '/api/v1/shares', scope: 'admin', group },
      summary: 'Make a link that shows one trace to whoever has it; it is told this once',
      about:
        `Lives \`hours\`, 168 unless given, at most ${HOURS_MAX}. \`maxViews\` ends it earlier. ` +
        '`profile` says what is shown: `shape` no words at all, `names` (unless given) names, ' +
        'times, tokens and cost, `full-metadata` errors, models and listed attributes as well. ' +
        'None shows inputs, outputs or state.',
      ...{ takes: [JSON_TYPE], body: newShare, answer: answers.newShare },
      handle: async ({ request, caller, world: { store } }) => {
        const { trace, profile: seen, hours, maxViews } = await readJson(request, newShare)
        if ((await store.trace(trace)) === undefined) return undefined
        const { token, ...share } = shares.create(
          {
            trace,
            ...(seen !== undefined && { profile: seen }),
            ...(hours !== undefined && { hours }),
            ...(maxViews !== undefined && { maxViews })
          },
          caller.name
        )
        return { ...share, url: `${url()}/s/${token}` }
      }
    }),
    defineRoute({
      ...{ method: 'DELETE', path: '/api/v1/shares/{id}', scope: 'admin', group },
      summary: 'Take a link back, from this moment on',
      params: z.strictObject({ id: z.string().check(z.maxLength(ID_MAX)) }),
      answer: answers.share,
      handle: ({ params: { id }, caller }) => shares.revoke(id, caller.name)
    })
  ]
}

const previewRoute = ({ views }: ShareParts): Route =>
  defineRoute({
    ...{ method: 'GET', path: '/api/v1/traces/{trace}/preview', scope: 'admin', group },
    summary: 'What a link to this trace would show',
    ...{ params, query, answer: shownRun },
    handle: async ({ params: { trace }, query: { profile: seen }, world: { store } }) => {
      const summary = await store.trace(trace)
      return summary && views.run(summary, seen ?? PROFILE_DEFAULT)
    }
  })

const fileRoute = ({ views, audit, page }: ShareParts): Route =>
  defineRoute({
    ...{ method: 'GET', path: '/api/v1/traces/{trace}/file', scope: 'admin', group },
    summary: 'The same as one HTML file that needs no network',
    ...{ params, query, gives: ['text/html'] },
    handle: async ({ params: { trace }, query: { profile: seen }, world, caller, request }) => {
      const summary = await world.store.trace(trace)
      if (summary === undefined) return undefined
      if (page === undefined) throw new Refusal(503, 'the dashboard was not built: make install')
      const shown = seen ?? PROFILE_DEFAULT
      const html = fileOf(page, await views.run(summary, shown))
      // What is out as a file cannot be taken back: at least it is known.
      if (request.method === 'GET') audit.note(caller.name, 'trace.filed', `${trace} (${shown})`)
      return new Response(html, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          // Nothing of the trace's id: the file shows none either.
          'content-disposition': 'attachment; filename="peerwork-run.html"'
        }
      })
    }
  })
