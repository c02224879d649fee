import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Alert } from '../../../src/observer/alerts/alert.ts'
import {
  signature,
  slackRequest,
  webhookRequest,
  wordsOf
} from '../../../src/observer/alerts/message.ts'

const alert: Alert = {
  ...{ id: '1', rule: 'r', subject: 's', severity: 'critical', state: 'open', trace: 'ab' },
  ...{ title: '<!channel> *x* & y', detail: 'why', opened: 0, last: 60_000, count: 3 },
  ...{ acknowledged: null, acknowledgedBy: null, resolved: null, silencedUntil: null }
}
const message = { event: 'opened', alert, ruleName: 'Rule' } as const

test('a signature is the one of the specification’s own example', () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const parts = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}'] as const
  expect(signature(secret, parts)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('a webhook is signed over id, time and the very bytes that are sent', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const { headers, body } = webhookRequest(message, { id: 'msg_1', secret, now: 5_999 })
  expect(headers['webhook-timestamp']).toBe('5')
  const hmac = createHmac('sha256', Buffer.alloc(32, 7)).update(`msg_1.5.${body}`)
  expect(headers['webhook-signature']).toBe(`v1,${hmac.digest('base64')}`)
  expect(JSON.parse(body)).toEqual({
    ...{ type: 'alert.opened', timestamp: '1970-01-01T00:01:00.000Z' },
    data: { ...alert, ruleName: 'Rule' }
  })
})

test('Slack gets text that calls nobody and formats nothing', () => {
  const { body } = slackRequest(message)
  const { text, blocks, mrkdwn } = JSON.parse(body) as {
    text: string
    mrkdwn: boolean
    blocks: { text: { type: string; text: string } }[]
  }
  expect(text).toBe('[critical] &lt;!channel&gt; *x* &amp; y')
  expect(mrkdwn).toBe(false)
  expect(blocks.map((block) => block.text.type)).toEqual(['plain_text', 'plain_text'])
  expect(blocks[1]?.text.text).toContain('Since: 1970-01-01T00:00:00.000Z, 3 times')
})

test('the words say what became of it', () => {
  const { subject, lines } = wordsOf({ ...message, event: 'resolved' })
  expect(subject).toMatch(/^\[critical\] Over: /)
  expect(lines).toContain('Trace: ab')
})
