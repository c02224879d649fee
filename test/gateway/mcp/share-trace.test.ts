import { expect, test } from 'vitest'
import { SHARE_TRACE } from '../../../src/gateway/mcp/share-trace.ts'
import { observed, TRACE } from '../observed.ts'
import { tellSecrets } from '../shares/secrets.ts'
import { asking } from './client.ts'

test('agents are offered no change unless the operator asked for it', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { client, ask } = await asking(it, it.key(['admin']))
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).not.toContain(SHARE_TRACE.name)
  await expect(ask(SHARE_TRACE.name, { trace: TRACE })).rejects.toThrow('not found')
  expect(it.door.keys.list().length).toBe(1)
})

test('with an admin key a link is made, and known under that key', async () => {
  await using it = await observed({ mcpShare: true })
  await tellSecrets(it)
  const key = it.key(['admin'], 'helper')
  const { client, ask } = await asking(it, key)
  const { tools } = await client.listTools()
  const tool = tools.find(({ name }) => name === SHARE_TRACE.name)
  expect(tool?.annotations).toMatchObject({ readOnlyHint: false })
  const made = await ask(SHARE_TRACE.name, { trace: TRACE, profile: 'shape', maxViews: 1 })
  expect(made).toMatchObject({ profile: 'shape', maxViews: 1, by: 'helper', trace: TRACE })
  const { pathname } = new URL(made['url'] ?? '')
  expect((await it.ask(`${pathname}?as=json`)).status).toBe(200)
  expect((await it.ask('/api/v1/audit', { key })).text).toContain('share.created')
})

test('with another key, or for a trace that is not there, it says why not', async () => {
  await using it = await observed({ mcpShare: true })
  await tellSecrets(it)
  const reader = await asking(it, it.key(['read']))
  await expect(reader.ask(SHARE_TRACE.name, { trace: TRACE })).rejects.toThrow('no scope admin')
  const key = it.key(['admin'])
  const { ask } = await asking(it, key)
  await expect(ask(SHARE_TRACE.name, { trace: '1'.repeat(32) })).rejects.toThrow('no such thing')
  await expect(ask(SHARE_TRACE.name, { trace: TRACE, hours: 9_999 })).rejects.toThrow()
  expect((await it.ask('/api/v1/shares', { key })).json()).toEqual({ shares: [] })
})
