import { expect, test } from 'vitest'
import type { AgentStatus } from '../../../src/node/api.ts'
import { expectPlain, run, up, world } from '../processes.ts'

test('an agent with peers is ok, and says with whom it keeps links', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--metrics', '0')
  await using bob = await up(where, 'bob', '--bootstrap', alice.address)
  await expect.poll(() => bob.events.some(({ type }) => type === 'joined')).toBe(true)
  const { code, out, err } = await run(where, ['status', '--name', 'bob'])
  expect(code).toBe(0)
  expect(out).toMatch(/^● bob is ok\n/)
  expect(out).toMatch(/^ {2}peers +1$/m)
  expect(out).toMatch(/^ {2}bootstrap +up for \d+ s: \/ip4\/127\.0\.0\.1\/tcp\/\d+$/m)
  expect(out).not.toContain('metrics')
  expectPlain(out + err)
  const other = await run(where, ['status', '--name', 'alice'])
  expect(other.out).toMatch(/^ {2}metrics +http:\/\/127\.0\.0\.1:\d+\/metrics$/m)
})

test('an agent without peers says why, with a hint, and exits with 1', async () => {
  const where = world()
  await using alone = await up(where, 'alone', '--bootstrap', '/ip4/127.0.0.1/tcp/9')
  expect(alone.info.name).toBe('alone')
  const status = () => run(where, ['status', '--name', 'alone'])
  await expect
    .poll(async () => (await status()).out, { timeout: 15_000 })
    .toContain('is down since')
  const { code, out } = await status()
  expect(code).toBe(1)
  expect(out).toMatch(/^● alone is degraded\n/)
  expect(out).toMatch(
    /^WARN {2}peers +none, because bootstrap peers: .*tcp\/9 is down since .* UTC/m
  )
  expect(out).toMatch(/^ +hint: Check that the peer runs/m)
})

test('without an agent a short-lived one tells, as JSON when asked', async () => {
  const args = ['status', '--preset', 'loopback', '--wait', '200ms', '--json']
  const { code, out, err } = await run(world(), args)
  expect(code).toBe(1)
  const status = JSON.parse(out) as AgentStatus & { running: boolean }
  expect(status).toMatchObject({ state: 'degraded', running: false, peers: 0, links: [] })
  expect(status.findings.find((one) => one.code === 'PEERS')?.why).toBe(
    'none, because mDNS is off and no --bootstrap address was given'
  )
  expect(err).toContain('no agent is running here')
})

test('an executor tells how long tasks waited, and what it refused and why', async () => {
  const where = world()
  const skills = ['--skill', 'skills/shout.ts', '--open']
  const quotas = ['--quota', 'rate=0.01', '--quota', 'burst=1']
  await using alice = await up(where, 'alice', ...skills, ...quotas)
  await using bob = await up(where, 'bob', '--bootstrap', alice.address)
  await expect.poll(() => bob.events.some(({ type }) => type === 'joined')).toBe(true)
  const before = await run(where, ['status', '--name', 'alice'])
  expect(before.out).not.toMatch(/waited|refused/)
  const task = ['run', 'shout', '--name', 'bob', '--input', '{"text":"hi"}', '--priority', 'high']
  expect((await run(where, task)).code).toBe(0)
  const { code, err } = await run(where, task)
  expect(code).toBe(4)
  expect(err).toContain('QUOTA_EXCEEDED')
  const { out } = await run(where, ['status', '--name', 'alice'])
  expect(out).toMatch(/^ {2}waited +\d+(?:\.\d+)? m?s on average$/m)
  expect(out).toMatch(/^ {2}refused +1 QUOTA_EXCEEDED \(rate\)$/m)
  const json = await run(where, ['status', '--name', 'alice', '--json'])
  expect((JSON.parse(json.out) as AgentStatus).work).toMatchObject({
    ...{
      begun: 1,
      peersWaiting: 0,
      refused: [{ code: 'QUOTA_EXCEEDED', reason: 'rate', count: 1 }]
    }
  })
})

test('a quota or a priority that there is not is refused before anything starts', async () => {
  const where = world()
  const speed = await run(where, ['up', '--name', 'alice', '--quota', 'speed=1'])
  expect([speed.code, speed.err]).toEqual([2, expect.stringContaining('speed=1')])
  const urgent = await run(where, ['run', 'shout', '--priority', 'urgent'])
  expect([urgent.code, urgent.err]).toEqual([2, expect.stringContaining('urgent')])
})
