/** The dashboard: one page at each of its addresses, and what it is made of. No data is in it. */

import * as z from 'zod/mini'
import type { Dashboard } from '../dashboard.ts'
import { DASHBOARD_POLICY } from '../dashboard.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'

/** As in `web/src/app.tsx`. */
const PATHS = ['/', '/trace/{trace}', '/network', '/costs', '/alerts', '/settings'] as const
const NAME_MAX = 100

const shared = { scope: 'anyone', group: 'The dashboard', hidden: true } as const
const name = z.string().check(z.maxLength(NAME_MAX))

export const dashboardRoutes = (dashboard: Dashboard | undefined): readonly Route[] => [
  ...PATHS.map((path) => pageRoute(path, dashboard?.page ?? UNBUILT)),
  assetRoute(dashboard)
]

function pageRoute(path: string, page: string): Route {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': DASHBOARD_POLICY
  }
  return defineRoute({
    ...{ method: 'GET', path, ...shared },
    summary: 'The dashboard',
    ...(path.includes('{') && { params: z.strictObject({ trace: name }) }),
    // What stands behind the question mark is the page's own.
    query: z.catchall(z.object({}), z.string()),
    gives: ['text/html'],
    handle: () => new Response(page, { headers })
  })
}

function assetRoute(dashboard: Dashboard | undefined): Route {
  return defineRoute({
    ...{ method: 'GET', path: '/assets/{file}', ...shared },
    summary: 'What the dashboard is made of',
    params: z.strictObject({ file: name }),
    handle: ({ params: { file } }) => {
      const asset = dashboard?.assets.get(file)
      if (asset === undefined) return undefined
      const { type, bytes } = asset
      const kept = { 'cache-control': 'public, max-age=31536000, immutable' }
      return new Response(bytes, { headers: { 'content-type': type, ...kept } })
    }
  })
}

const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Peerwork</title>
<p>The dashboard was not built: run <code>make install</code> in the clone, and start the observer
again. The <a href="/api/docs">API</a> is here.</p></html>
`
