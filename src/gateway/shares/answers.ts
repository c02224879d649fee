/** What the addresses of shares answer their owner. */

import * as z from 'zod/mini'
import { PROFILES, SHARE_STATES } from './share.ts'

const text = z.string()
const ms = z.number().check(z.meta({ description: 'ms since 1970.' }))
const msOrNull = z.nullable(ms)

const info = {
  id: text,
  trace: text,
  profile: z.enum(PROFILES),
  by: text,
  created: ms,
  expires: ms,
  revoked: msOrNull,
  maxViews: z.nullable(z.number()),
  views: z.number(),
  seen: msOrNull,
  state: z.enum(SHARE_STATES)
}
export const share = z.object(info)
export const shares = z.object({ shares: z.array(share) })
export const newShare = z.object({
  ...info,
  url: text.check(z.meta({ description: 'The link itself; it is not shown again.' }))
})
