/** What the addresses of alerts and of administration answer. */

import * as z from 'zod/mini'
import { ALERT_STATES } from '../observer/alerts/alert.ts'
import { rule, SEVERITIES } from '../observer/alerts/rule.ts'
import { SCOPES } from './access/caller.ts'

const text = z.string()
const count = z.number()
const ms = z.number().check(z.meta({ description: 'ms since 1970.' }))
const msOrNull = z.nullable(ms)

export const alert = z.object({
  id: text,
  rule: text,
  subject: text,
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES),
  title: text,
  detail: text,
  trace: z.nullable(text),
  opened: ms,
  last: ms,
  count,
  acknowledged: msOrNull,
  acknowledgedBy: z.nullable(text),
  resolved: msOrNull,
  silencedUntil: msOrNull
})

export const keptRule = z.object({ id: text, updated: ms, rule })
export const rules = z.object({ rules: z.array(keptRule) })
export const triedRule = z.object({
  found: z.array(z.object({ subject: text, title: text, detail: text, trace: z.nullable(text) })),
  more: count,
  note: z.nullable(text).check(z.meta({ description: 'How this differs from the rule at work.' }))
})

export const channel = z.object({
  id: text,
  kind: z.enum(['webhook', 'slack', 'email']),
  enabled: z.boolean(),
  target: text.check(z.meta({ description: 'A host or addresses; the rest is secret.' })),
  waiting: count,
  okAt: msOrNull,
  failedAt: msOrNull,
  error: z.nullable(text)
})
export const channels = z.object({ channels: z.array(channel) })
export const setChannel = z.object({
  id: text,
  secret: z
    .nullable(text)
    .check(z.meta({ description: 'For the receiver to verify with, when it was made just now.' }))
})
export const done = z.object({ done: z.literal(true) })

const keyInfo = {
  id: text,
  name: text,
  scopes: z.array(z.enum(SCOPES)),
  created: ms,
  expires: msOrNull,
  used: msOrNull,
  revoked: msOrNull
}
export const key = z.object(keyInfo)
export const newKey = z.object({
  ...keyInfo,
  key: text.check(z.meta({ description: 'The key itself; it is not shown again.' }))
})
export const keys = z.object({ keys: z.array(key) })
export const auditEntry = z.object({ seq: count, at: ms, who: text, what: text, about: text })

const dropped = z.object({ traces: count, spans: count, bytes: count })
export const size = z.object({
  bytes: count,
  spans: count,
  traces: count,
  facts: count,
  oldestUs: z.nullable(count),
  retention: z.nullable(
    z.object({
      days: z.nullable(count),
      bytes: z.nullable(count),
      spans: z.nullable(count),
      dropped,
      droppedAt: msOrNull
    })
  ),
  export: z.nullable(
    z.object({
      to: text,
      waiting: count,
      lagMs: count,
      sent: count,
      rejected: count,
      dropped: count,
      trouble: z.nullable(text)
    })
  ),
  alerts: z.nullable(
    z.object({
      open: count,
      acknowledged: count,
      lost: count.check(z.meta({ description: 'Messages that no channel took.' }))
    })
  )
})
