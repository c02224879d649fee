import { createAgent } from '../../../src/node/agent.ts'
import { expect, onTestFinished, test } from 'vitest'
import { network } from '../../../src/gateway/answers-network.ts'
import { observed, temporary } from '../observed.ts'

const path = '/api/v1/network'

test('an observer without an agent says that it has none', async () => {
  await using it = await observed()
  const answer = await it.ask(path, { key: it.key(['read']) })
  expect(answer.json()).toEqual({ agent: null, peers: [], members: null })
  expect((await it.ask(path, { key: it.key(['ingest']) })).status).toBe(403)
  expect((await it.ask(path)).status).toBe(401)
})

test('the observer’s agent tells of itself and of its peers', async () => {
  const alice = await createAgent({ home: temporary(), preset: 'loopback', name: 'alice' })
  onTestFinished(() => alice.stop({ graceMs: 0 }))
  const bob = await createAgent({ home: temporary(), preset: 'loopback', name: 'bob' })
  onTestFinished(() => bob.stop({ graceMs: 0 }))
  await using it = await observed({ agent: () => alice })
  const key = it.key(['read'])
  const alone = network.parse((await it.ask(path, { key })).json())
  if (alone.peers.length === 0) expect(alone.agent?.alone).toMatch(/\w/)
  await alice.connect(bob.addresses[0] ?? '')
  await expect
    .poll(async () => network.parse((await it.ask(path, { key })).json()).peers)
    .toMatchObject([{ id: bob.id, name: 'bob', link: 'direct', skills: [] }])
  const told = network.parse((await it.ask(path, { key })).json())
  expect(told).toMatchObject({ agent: { id: alice.id, alone: null }, members: null })
})

test('where the observer keeps its files is for an admin alone', async () => {
  const home = temporary()
  const alice = await createAgent({ home, preset: 'loopback', name: 'alice' })
  onTestFinished(() => alice.stop({ graceMs: 0 }))
  await using it = await observed({ agent: () => alice })
  const admin = await it.ask(path, { key: it.key(['admin']) })
  expect(admin.text).toContain(home)
  const read = await it.ask(path, { key: it.key(['read']) })
  expect(read.text).not.toContain(home)
  const codes = network.parse(read.json()).agent?.findings.map(({ code }) => code)
  expect(codes).toContain('AGENT')
  expect(codes).not.toContain('HOME')
})
