/** An alert as each kind of channel takes it. Text in it came from strangers: it stays text. */

import { createHmac } from 'node:crypto'
import type { JsonObject } from '../../protocol/json.ts'
import type { Alert, AlertEvent } from './alert.ts'

/** As it waits to be sent: what was known when it was told. */
export interface Message {
  readonly event: AlertEvent | 'test'
  readonly alert: Alert
  readonly ruleName: string
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function signature(secret: string, parts: readonly [string, string, string]): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(parts.join('.')).digest('base64')}`
}

export interface Request {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** @param id the same for each attempt, so that a receiver can tell a repetition */
export function webhookRequest(
  { event, alert, ruleName }: Message,
  { id, secret, now }: { readonly id: string; readonly secret: string; readonly now: number }
): Request {
  const timestamp = new Date(alert.last).toISOString()
  const body = JSON.stringify({ type: `alert.${event}`, timestamp, data: { ...alert, ruleName } })
  const seconds = String(Math.floor(now / 1_000))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': signature(secret, [id, seconds, body])
    }
  }
}

/** Slack's own markup begins with these three, also in what only looks like text. */
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? '')
const SLACK_HEADER_MAX = 150

/** `text` is for what shows no blocks, as a phone's notification. */
export function slackRequest(message: Message): Request {
  const { subject, lines } = wordsOf(message)
  const plain = (text: string): JsonObject => ({ type: 'plain_text', text, emoji: false })
  const blocks = [
    { type: 'header', text: plain(subject.slice(0, SLACK_HEADER_MAX).toWellFormed()) },
    { type: 'section', text: plain(lines.join('\n')) }
  ]
  const body = JSON.stringify({ text: escaped(subject), mrkdwn: false, blocks })
  return { body, headers: { 'content-type': 'application/json' } }
}

const WORDS: Readonly<Record<Message['event'], string>> = {
  ...{ opened: '', reminded: 'Still: ', acknowledged: 'Seen: ', silenced: 'Silenced: ' },
  ...{ resolved: 'Over: ', test: 'Test: ' }
}

/** A line for a subject, and the rest in lines. */
export function wordsOf({ event, alert, ruleName }: Message): {
  readonly subject: string
  readonly lines: readonly string[]
} {
  const { severity, title, detail, trace, opened, count } = alert
  const times = count > 1 ? `, ${count} times` : ''
  return {
    subject: `[${severity}] ${WORDS[event]}${title}`,
    lines: [
      ...(detail === '' ? [] : [detail]),
      `Rule: ${ruleName}`,
      `Since: ${new Date(opened).toISOString()}${times}`,
      ...(trace === null ? [] : [`Trace: ${trace}`])
    ]
  }
}
