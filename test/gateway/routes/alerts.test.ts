import { get } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import * as answers from '../../../src/gateway/answers-alerts.ts'
import { hook } from '../../observer/alerts/house.ts'
import { keptDoor } from '../kept.ts'
import { SPAN, TRACE } from '../observed.ts'

const stopped = (at: number) => ({
  ...{ type: 'guard', trace: TRACE, span: SPAN, at, guard: 'loop', reason: 'round' },
  ...{ limit: 1, value: 2, action: 'stopped' }
})
const rule = {
  ...{ kind: 'guard', name: 'Any guard', enabled: true, severity: 'info', action: 'any' },
  ...{ renotifyMinutes: 60, resolveAfterMinutes: 60 }
}
interface List {
  readonly items: readonly { readonly id: string; readonly state: string }[]
  readonly next?: string
}

test('an alert is listed, told live, acknowledged and silenced', async () => {
  const { it, call, read, clock } = await keptDoor()
  let live = ''
  const headers = { authorization: `Bearer ${read}` }
  const reader = get(`${it.url}/api/v1/live`, { headers, agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (text: string) => (live += text))
    response.on('error', () => undefined)
  })
  reader.on('error', () => undefined)
  onTestFinished(() => void reader.destroy())
  await expect.poll(() => live).toContain('retry')
  await it.tell(stopped(clock.now()))
  await expect.poll(() => live).toMatch(/event: alert\ndata: \{"event":"opened","alert":\{"id":"1"/)

  const list = (await call('GET', 'alerts?state=open', undefined, read)).json() as unknown as List
  expect(list.items.map((one) => answers.alert.parse(one).trace)).toEqual([TRACE])
  expect((await call('POST', 'alerts/1/acknowledge', undefined, read)).status).toBe(403)
  expect((await call('POST', 'alerts/1/acknowledge')).json()).toMatchObject({
    ...{ state: 'acknowledged', acknowledgedBy: expect.stringMatching(/^key/) }
  })
  expect((await call('POST', 'alerts/77/acknowledge')).status).toBe(404)
  const silent = await call('POST', 'alerts/1/silence', { minutes: 60 })
  expect(answers.alert.parse(silent.json()).silencedUntil).toBeGreaterThan(clock.now())
  const ended = await call('POST', 'alerts/1/silence', { minutes: 0 })
  expect(ended.json()['silencedUntil']).toBeNull()
  expect((await call('POST', 'alerts/1/silence', { hours: 1 })).status).toBe(400)
  await expect.poll(() => live).toContain('"event":"silenced"')
  expect(JSON.stringify((await call('GET', 'audit')).json())).toContain('alert.acknowledged')
})

test('pages of alerts follow each other', async () => {
  const { it, call, clock } = await keptDoor()
  for (const guard of ['a', 'b', 'c']) await it.tell({ ...stopped(clock.now()), guard })
  const first = (await call('GET', 'alerts?limit=2')).json() as unknown as List
  const rest = (await call('GET', `alerts?limit=2&after=${first.next}`)).json() as unknown as List
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(['3', '2', '1'])
  expect(rest.next).toBeUndefined()
  expect((await call('GET', 'alerts?after=x')).status).toBe(400)
  expect((await call('GET', 'alerts?state=bad')).status).toBe(400)
})

test('a tool of agents reads the same list', async () => {
  const { it, read, clock } = await keptDoor()
  await it.tell(stopped(clock.now()))
  const body = JSON.stringify({
    ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
    params: { name: 'get_alerts', arguments: { state: 'open' } }
  })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream'
  }
  const { text } = await it.ask('/mcp', { key: read, headers, body })
  expect(text).toContain('loop stopped')
})

test('rules are set, shown and taken away by who may', async () => {
  const { it, call, read, clock } = await keptDoor()
  expect((await call('PUT', 'rules/any', rule, read)).status).toBe(403)
  const set = await call('PUT', 'rules/any', rule)
  expect(answers.keptRule.parse(set.json())).toMatchObject({ id: 'any', rule })
  const all = answers.rules.parse((await call('GET', 'rules', undefined, read)).json())
  expect(all.rules.map(({ id }) => id)).toContain('any')
  await it.tell({ ...stopped(clock.now()), action: 'warned' })
  expect(((await call('GET', 'alerts')).json() as unknown as List).items).toHaveLength(1)
  expect((await call('DELETE', 'rules/any')).json()).toEqual({ done: true })
  expect((await call('DELETE', 'rules/any')).status).toBe(404)
  const wrong = await call('PUT', 'rules/any', { ...rule, action: 'x' })
  expect([wrong.status, wrong.json()['detail']]).toEqual([400, expect.stringMatching(/^action: /)])
  expect((await call('PUT', 'rules/Any', rule)).status).toBe(400)
  const absent = { ...rule, kind: 'absence', action: undefined, minutes: 1 }
  expect((await call('PUT', 'rules/any', absent)).json()['detail']).toMatch('agent or a skill')
})

test('a channel is set once with its secret, and shows it nowhere afterwards', async () => {
  const { got, url, host } = await hook(() => 204)
  const { it, call, read } = await keptDoor([host])
  const hooked = { kind: 'webhook', enabled: true, url: `${url}/the-secret-path` }
  expect((await call('PUT', 'channels/ops', hooked, read)).status).toBe(403)
  const { secret } = answers.setChannel.parse((await call('PUT', 'channels/ops', hooked)).json())
  expect(secret).toMatch(/^whsec_/)
  expect((await call('POST', 'channels/ops/test')).json()).toEqual({ done: true })
  await expect.poll(() => got.map(({ path }) => path)).toEqual(['/the-secret-path'])
  const shown = await call('GET', 'channels', undefined, read)
  await expect
    .poll(async () => answers.channels.parse((await call('GET', 'channels')).json()).channels[0])
    .toMatchObject({ target: host, waiting: 0, error: null })
  const everything = shown.text + (await call('GET', 'audit')).text + it.logged.join()
  expect(everything).not.toMatch(/the-secret-path|whsec_/)
  expect((await call('DELETE', 'channels/ops')).json()).toEqual({ done: true })
  expect((await call('DELETE', 'channels/ops')).status).toBe(404)
  expect((await call('POST', 'channels/ops/test')).status).toBe(404)
})

test('an admin’s key does not reach into the network of the observer', async () => {
  const { got, url } = await hook(() => 204)
  const { call } = await keptDoor()
  for (const to of [url, url.replace('http', 'https'), 'https://169.254.169.254/']) {
    const answer = await call('PUT', 'channels/ops', { kind: 'slack', enabled: true, url: to })
    expect(answer.status).toBe(400)
  }
  expect(got).toEqual([])
})

test('a rule is tried without being kept or told', async () => {
  const { it, call, read, clock, alarm } = await keptDoor()
  await it.tell(stopped(clock.now()))
  const before = alarm.alerts.list({ limit: 9 }).items.length
  const tried = answers.triedRule.parse((await call('POST', 'rules/try', rule, read)).json())
  expect(tried).toMatchObject({ found: [{ trace: TRACE }], more: 0 })
  expect(alarm.rules.get('try')).toBeUndefined()
  expect(alarm.alerts.list({ limit: 9 }).items).toHaveLength(before)
  const wrong = await call('POST', 'rules/try', { ...rule, action: 'x' }, read)
  expect([wrong.status, wrong.json()['detail']]).toEqual([400, expect.stringMatching(/^action: /)])
})
