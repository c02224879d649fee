/** Alerts, the rules that they come of, and the channels that they go to. */

import * as z from 'zod/mini'
import { ALERT_STATES } from '../../observer/alerts/alert.ts'
import type { Alarm } from '../../observer/alerts/alarm.ts'
import { channelShape } from '../../observer/alerts/channel.ts'
import { rule as ruleShape } from '../../observer/alerts/rule.ts'
import { tryRule } from '../../observer/alerts/try-rule.ts'
import type { Audit } from '../access/audit.ts'
import { pageOf } from '../answers.ts'
import * as answers from '../answers-alerts.ts'
import { JSON_TYPE, readJson } from '../json-body.ts'
import { after, limit } from '../params.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'

const group = 'Alerts'
const ID_MAX = 63
/** What a rule that is tried would tell of, count: the rest is counted. */
const TRIED_MAX = 20
const idParam = z.strictObject({ id: z.string().check(z.maxLength(ID_MAX)) })
const takes = [JSON_TYPE]
/** Longest silence, ms: a year. What is never wanted is a rule to switch off. */
const SILENCE_MS_MAX = 365 * 24 * 60 * 60 * 1_000
const silence = z.union([
  z.strictObject({ minutes: z.int().check(z.gte(0), z.lte(SILENCE_MS_MAX / 60_000)) }),
  z.strictObject({ until: z.int().check(z.gte(0)) })
])

export interface AlertParts {
  readonly alarm: Alarm
  readonly audit: Audit
}

export const alertRoutes = (parts: AlertParts): readonly Route[] => [
  ...listRoutes(parts),
  ...ruleRoutes(parts),
  ...channelRoutes(parts)
]

function listRoutes({ alarm: { alerts }, audit }: AlertParts): readonly Route[] {
  return [
    defineRoute({
      ...{ method: 'GET', path: '/api/v1/alerts', scope: 'read', group },
      summary: 'Alerts, newest first',
      about:
        'Each rule and subject has one that lives at most; `count` says how often it happened.',
      query: z.strictObject({ state: z.optional(z.enum(ALERT_STATES)), limit, after }),
      answer: pageOf(answers.alert),
      handle: ({ query: { state, limit: most, after: start } }) =>
        alerts.list({
          limit: most,
          ...(state !== undefined && { state }),
          ...(start !== undefined && { after: start })
        })
    }),
    defineRoute({
      ...{ method: 'POST', path: '/api/v1/alerts/{id}/acknowledge', scope: 'admin', group },
      summary: 'Somebody sees to it: no more reminders',
      params: idParam,
      answer: answers.alert,
      handle: ({ params: { id }, caller }) => {
        const note = [caller.name, 'alert.acknowledged', alerts.get(id)?.title] as const
        return audit.around(note, () => alerts.acknowledge(id, caller.name))
      }
    }),
    defineRoute({
      ...{ method: 'POST', path: '/api/v1/alerts/{id}/silence', scope: 'admin', group },
      summary: 'Tell nobody of this rule and subject for some time',
      about: '`{"minutes": 60}` or `{"until": <ms since 1970>}`; 0 minutes end it.',
      ...{ params: idParam, takes, body: silence, answer: answers.alert },
      handle: async ({ params: { id }, request, caller, world: { clock } }) => {
        const asked = await readJson(request, silence)
        const now = clock.now()
        const until = 'until' in asked ? asked.until : now + asked.minutes * 60_000
        const note = [caller.name, 'alert.silenced', alerts.get(id)?.title] as const
        return audit.around(note, () => alerts.silence(id, Math.min(until, now + SILENCE_MS_MAX)))
      }
    })
  ]
}

function ruleRoutes({ alarm: { rules }, audit }: AlertParts): readonly Route[] {
  return [
    defineRoute({
      ...{ method: 'GET', path: '/api/v1/rules', scope: 'read', group },
      summary: 'The rules that alerts come of',
      answer: answers.rules,
      handle: () => ({ rules: rules.list().map(shownRule) })
    }),
    defineRoute({
      ...{ method: 'POST', path: '/api/v1/rules/try', scope: 'read', group, heavy: true },
      summary: 'What a rule would find now; nobody is told, and nothing is kept',
      ...{ takes, body: ruleShape, answer: answers.triedRule },
      handle: async ({ request, world: { store, clock } }) => {
        const body = await readJson(request, ruleShape)
        const { found, note } = await tryRule({ id: 'try', ...body }, store, clock.now())
        const shown = found.slice(0, TRIED_MAX).map(({ subject, title, detail, trace = null }) => {
          return { subject, title, detail, trace }
        })
        return { found: shown, more: found.length - shown.length, note }
      }
    }),
    defineRoute({
      ...{ method: 'PUT', path: '/api/v1/rules/{id}', scope: 'admin', group },
      summary: 'Set a rule, a new one or another',
      ...{ params: idParam, takes, body: ruleShape, answer: answers.keptRule },
      handle: async ({ params: { id }, request, caller }) => {
        const rule = await readJson(request, ruleShape)
        return audit.around([caller.name, 'rule.set', id], () => shownRule(rules.put(id, rule)))
      }
    }),
    defineRoute({
      ...{ method: 'DELETE', path: '/api/v1/rules/{id}', scope: 'admin', group },
      summary: 'Take a rule away; its alerts are resolved',
      ...{ params: idParam, answer: answers.done },
      handle: ({ params: { id }, caller }) =>
        audit.around([caller.name, 'rule.deleted', id], () => {
          return rules.delete(id) ? { done: true } : undefined
        })
    })
  ]
}

function shownRule({ rule, updated }: ReturnType<Alarm['rules']['put']>) {
  const { id, ...body } = rule
  return { id, updated, rule: body }
}

function channelRoutes({ alarm, audit }: AlertParts): readonly Route[] {
  const { channels } = alarm
  return [
    defineRoute({
      ...{ method: 'GET', path: '/api/v1/channels', scope: 'read', group },
      summary: 'Where alerts are sent, without secrets',
      answer: answers.channels,
      handle: () => ({ channels: channels.list() })
    }),
    defineRoute({
      ...{ method: 'PUT', path: '/api/v1/channels/{id}', scope: 'admin', group },
      summary: 'Set a channel: a webhook, Slack, or e-mail',
      about:
        'Webhooks are signed as Standard Webhooks says, and retried for a day. Addresses are ' +
        'public ones over https, and those that the operator allowed at the start.',
      ...{ params: idParam, takes, body: channelShape, answer: answers.setChannel },
      handle: async ({ params: { id }, request, caller }) => {
        const channel = await readJson(request, channelShape)
        return audit.around([caller.name, 'channel.set', id], () => {
          const { secret } = channels.put(id, channel)
          return { id, secret }
        })
      }
    }),
    defineRoute({
      ...{ method: 'DELETE', path: '/api/v1/channels/{id}', scope: 'admin', group },
      summary: 'Take a channel away, with what waits for it',
      ...{ params: idParam, answer: answers.done },
      handle: ({ params: { id }, caller }) =>
        audit.around([caller.name, 'channel.deleted', id], () => {
          return channels.delete(id) ? { done: true } : undefined
        })
    }),
    defineRoute({
      ...{ method: 'POST', path: '/api/v1/channels/{id}/test', scope: 'admin', group },
      summary: 'Send a word to a channel',
      ...{ params: idParam, answer: answers.done },
      handle: ({ params: { id } }) => (alarm.test(id) ? { done: true } : undefined)
    })
  ]
}
