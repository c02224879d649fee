/**
 * The only door for people without a key: what a share shows, for whoever has its link.
 *
 * One check for the page, its data and its picture. A link that is wrong, over, taken back or used
 * up, and one whose trace is gone, are answered with the same bytes after the same work. The page
 * and the picture count no view, so that a preview in a chat uses none up; the data counts one.
 */

import * as z from 'zod/mini'
import type { TraceSummary } from '../../observer/store.ts'
import type { Call } from '../route.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'
import { DASHBOARD_POLICY } from '../dashboard.ts'
import { Refusal } from '../failure.ts'
import { NOWHERE, pageOf, UNBUILT } from '../shares/page.ts'
import type { SharePage } from '../shares/page.ts'
import type { ShareInfo } from '../shares/share.ts'
import type { Shares } from '../shares/shares.ts'
import { titleOf } from '../shares/title.ts'
import type { Views } from '../shares/views.ts'

export interface SharedParts {
  readonly shares: Shares
  readonly views: Views
  readonly page: SharePage | undefined
  /** Where people reach the observer. */
  readonly url: () => string
}

/** Found by nobody who looks for pages, and told to nobody that the page leads to. */
const UNLISTED = {
  'x-robots-tag': 'noindex, nofollow, noarchive',
  'referrer-policy': 'no-referrer'
} as const
const PAGE = { ...UNLISTED, 'content-type': 'text/html; charset=utf-8' } as const
const DATA = { ...UNLISTED, 'content-type': 'application/json' } as const
const PICTURE = { ...UNLISTED, 'content-type': 'image/png' } as const

/** No trace has this id; looked for where there is no link, so that refusals take the same work. */
const NO_TRACE = '0'.repeat(32)

interface Opened {
  readonly share: ShareInfo
  readonly summary: TraceSummary
}

type Asked = Pick<Call<unknown, unknown>, 'world' | 'request'>

/** @throws Refusal 404, the same for every reason */
async function open(token: string, { world: { store } }: Asked, shares: Shares): Promise<Opened> {
  const share = shares.find(token)
  const summary = await store.trace(share?.trace ?? NO_TRACE)
  if (share === undefined || summary === undefined) throw nowhere()
  return { share, summary }
}

const nowhere = (): Refusal => new Refusal(404, 'this link leads nowhere', UNLISTED, NOWHERE)

// Chat programs and senders of mail add parameters of their own to links.
const query = z.catchall(z.object({ as: z.optional(z.string()) }), z.string())
const params = z.strictObject({ token: z.string() })
const group = 'Shares'

export const sharedRoutes = (parts: SharedParts): readonly Route[] => [
  pageRoute(parts),
  pictureRoute(parts)
]

function pageRoute({ shares, views, page, url }: SharedParts): Route {
  return defineRoute({
    ...{ method: 'GET', path: '/s/{token}', scope: 'link', group, params, query },
    summary: 'What a link shows: a page, or its data',
    about:
      'A page unless `as` is `json`, or `Accept` is `application/json`. Only the data counts as ' +
      'a view. Whatever is wrong with a link, the answer is the same 404.',
    gives: ['text/html', 'application/json'],
    handle: async (call) => {
      const { share, summary } = await open(call.params.token, call, shares)
      if (!wantsData(call.request, call.query.as)) {
        const address = `${url()}/s/${call.params.token}`
        const html = page === undefined ? UNBUILT : pageOf(page, titleOf(summary), address)
        return new Response(html, {
          headers: { ...PAGE, 'content-security-policy': DASHBOARD_POLICY }
        })
      }
      // Whoever only looks whether the link leads somewhere sees nothing, and uses nothing up.
      if (call.request.method === 'HEAD') return new Response(null, { headers: DATA })
      const json = await views.json(summary, share.profile)
      if (!shares.view(share.id)) throw nowhere()
      return new Response(json, { headers: DATA })
    }
  })
}

const wantsData = ({ headers }: Request, as: unknown): boolean =>
  as === 'json' || /^application\/json\b/i.test(headers.get('accept') ?? '')

function pictureRoute({ shares, views }: SharedParts): Route {
  return defineRoute({
    ...{ method: 'GET', path: '/s/{token}/card.png', scope: 'link', group, params, query },
    summary: 'The picture that previews of a link show',
    hidden: true,
    gives: ['image/png'],
    handle: async (call) => {
      const { share, summary } = await open(call.params.token, call, shares)
      return new Response(await views.picture(summary, share.profile), { headers: PICTURE })
    }
  })
}
