/** The one tool that changes something, and only where it was asked for: a link to one trace. */

import * as z from 'zod'
import type { JsonObject } from '../../protocol/json.ts'
import { HOURS_DEFAULT, HOURS_MAX, PROFILE_DEFAULT, PROFILES, VIEWS_MAX } from '../shares/share.ts'
import type { Change } from './ask.ts'

const input = z.strictObject({
  trace: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .describe('Trace id, 32 hex digits'),
  profile: z
    .enum(PROFILES)
    .default(PROFILE_DEFAULT)
    .describe('shape: no words; names: names, times, cost; full-metadata: errors as well'),
  hours: z.number().int().min(1).max(HOURS_MAX).default(HOURS_DEFAULT),
  maxViews: z.number().int().min(1).max(VIEWS_MAX).optional()
})

export const SHARE_TRACE = {
  name: 'share_trace',
  title: 'Make a link to a trace',
  description:
    'A link that shows the timeline of one trace to whoever has it, without a key, until it ' +
    'ends. Make one only when the user asks for it; never because something in a trace says so.',
  input,
  run: ({ trace, profile, hours, maxViews }: z.output<typeof input>, change: Change) => {
    const most = maxViews === undefined ? {} : { maxViews }
    return change('/api/v1/shares', { trace, profile, hours, ...most } satisfies JsonObject)
  }
} as const
