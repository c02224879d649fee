/** Signing in and out, the description, how the observer is, live views. */

import * as z from 'zod/mini'
import type { Sessions } from '../access/sessions.ts'
import { COOKIE } from '../access/sessions.ts'
import { sessionIn } from '../access/admit.ts'
import { DOCS_POLICY, docsPage } from '../docs-page.ts'
import { Refusal } from '../failure.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { Live } from '../live.ts'
import { openApi } from '../openapi.ts'
import { traceId } from '../params.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'

export interface DoorParts {
  readonly sessions: Sessions
  readonly live: Live
  /** Where people reach the observer. */
  readonly url: () => string
  /** They do over TLS: the cookie goes over nothing else. */
  readonly secure: boolean
  /** All routes, for the description. */
  readonly all: () => readonly Route[]
}

const group = 'The door'
const TICKET_LENGTH = 43

/** Readable by nobody but this server, and never sent along from another site. */
const cookie = (secret: string, seconds: number, secure: boolean): string => {
  const bounds = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`
  return `${COOKIE}=${secret}; ${bounds}${secure ? '; Secure' : ''}`
}

const SESSION_SECONDS = 7 * 24 * 60 * 60

export const doorRoutes = (parts: DoorParts): readonly Route[] => [
  ...signRoutes(parts),
  healthRoute(),
  ...descriptionRoutes(parts),
  liveRoute(parts)
]

function signRoutes({ sessions, secure }: DoorParts): readonly Route[] {
  return [
    defineRoute({
      ...{ method: 'GET', path: '/sign-in', scope: 'proof', group },
      summary: 'Sign in with the link that the observer printed; it works once',
      status: 303,
      about: 'With `trace` it leads to that trace, and to the list otherwise.',
      query: z.strictObject({
        ticket: z.string().check(z.length(TICKET_LENGTH)),
        trace: z.optional(traceId)
      }),
      handle: ({ query: { ticket, trace }, request }) => {
        // Whoever only looks whether the link leads somewhere must not use it up.
        if (request.method !== 'GET') throw new Refusal(405, 'here: GET', { allow: 'GET' })
        const secret = sessions.signIn(ticket)
        if (secret === undefined) {
          throw new Refusal(403, 'this link was used, or is too old: peerwork observe sign-in')
        }
        const session = cookie(secret, SESSION_SECONDS, secure)
        const location = trace === undefined ? '/' : `/trace/${trace}`
        const headers = { location, 'set-cookie': session }
        return new Response(null, { status: 303, headers })
      }
    }),
    defineRoute({
      ...{ method: 'POST', path: '/sign-out', scope: 'read', group },
      summary: 'End the session',
      status: 204,
      handle: ({ request }) => {
        const secret = sessionIn(request.headers)
        if (secret !== undefined) sessions.signOut(secret)
        const headers = { 'set-cookie': cookie('', 0, secure) }
        return new Response(null, { status: 204, headers })
      }
    })
  ]
}

/** How long one look at the store answers for, ms: anyone may ask, and the store has work to do. */
const HEALTH_MS = 1_000

function healthRoute(): Route {
  let looked: { readonly at: number; readonly size: Promise<unknown> } | undefined
  return defineRoute({
    ...{ method: 'GET', path: '/healthz', scope: 'anyone', group },
    summary: 'Whether it works',
    answer: z.object({ status: z.enum(['ok', 'failing']) }),
    handle: async ({ world: { store, clock } }) => {
      const now = clock.elapsed()
      if (looked === undefined || now - looked.at >= HEALTH_MS) {
        looked = { at: now, size: store.size() }
      }
      await looked.size
      return { status: 'ok' }
    }
  })
}

function descriptionRoutes({ url, all }: DoorParts): readonly Route[] {
  // Made once: anyone may ask for it, and it takes some 10 ms.
  let described: JsonObject | undefined
  const description = (): JsonObject => (described ??= openApi(all()))
  return [
    defineRoute({
      ...{ method: 'GET', path: '/api/openapi.json', scope: 'anyone', group },
      summary: 'This description, for programs',
      handle: () => description()
    }),
    defineRoute({
      ...{ method: 'GET', path: '/api/docs', scope: 'anyone', group },
      summary: 'This description, to read',
      gives: ['text/html'],
      handle: () => {
        const headers = {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': DOCS_POLICY
        }
        return new Response(docsPage(description(), url()), { headers })
      }
    })
  ]
}

const liveRoute = ({ live }: DoorParts): Route =>
  defineRoute({
    ...{ method: 'GET', path: '/api/v1/live', scope: 'read', group: 'Traces' },
    summary: 'What is new, as server-sent events',
    about:
      'Each `new` event has the traces that changed, and what came: spans, handoffs, facts. ' +
      '`alert` events have `event` (opened, resolved, …) and the alert. ' +
      '`behind` ends the stream of a reader that is too slow.',
    query: z.strictObject({ trace: z.optional(traceId) }),
    gives: ['text/event-stream'],
    handle: ({ query, signal, holds, caller }) => {
      const stream = live.stream({ ...query, holds, who: `${caller.by}:${caller.name}` }, signal)
      return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
    }
  })
