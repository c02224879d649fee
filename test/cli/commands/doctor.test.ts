import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Finding } from '../../../src/node/diagnosis/finding.ts'
import { CHECKS } from '../../../src/node/diagnosis/finding.ts'
import { expectPlain, run, up, world } from '../processes.ts'

const NETWORK = ['--preset', 'loopback', '--wait', '300ms']

interface Answer {
  readonly state: string
  readonly findings: readonly Finding[]
}

test('a running agent with a peer has every port, clock and version looked at', async () => {
  const where = world()
  await using alice = await up(where, 'alice')
  await using bob = await up(where, 'bob', '--bootstrap', alice.address)
  await expect.poll(() => bob.events.some(({ type }) => type === 'joined')).toBe(true)
  const { code, out, err } = await run(where, ['doctor', '--name', 'bob'])
  expect(code).toBe(0)
  expect(out).toMatch(/^PASS {2}the agent +bob .*, pid \d+, up for/)
  expect(out).toMatch(/^PASS {2}the port from outside +port \d+ answers from this machine/m)
  expect(out).toMatch(/^PASS {2}the clock +within/m)
  expect(err).toContain('17 passed, 0 warnings, 0 failed')
  expectPlain(out + err)
})

test('without an agent a short-lived one looks; in JSON every check has its code', async () => {
  const { code, out } = await run(world(), ['doctor', '--json', ...NETWORK])
  expect(code).toBe(0)
  const { state, findings } = JSON.parse(out) as Answer
  expect(findings.map((finding) => finding.code)).toEqual(Object.keys(CHECKS))
  expect(findings[0]).toMatchObject({ code: 'AGENT', level: 'warn', hint: CHECKS.AGENT.hint })
  expect(state).toBe('degraded')
})

test('a failure is exit code 1, and what failed says since when and what to do', async () => {
  const bootstrap = ['--bootstrap', '/ip4/127.0.0.1/tcp/9']
  const { code, out } = await run(world(), ['doctor', '--json', ...NETWORK, ...bootstrap])
  expect(code).toBe(1)
  const failed = (JSON.parse(out) as Answer).findings.filter(({ level }) => level === 'fail')
  expect(failed).toHaveLength(1)
  expect(failed[0]?.code).toBe('BOOTSTRAP')
  expect(failed[0]?.why).toMatch(/tcp\/9 is down since .*: the port is closed: nobody listens/)
})

test('an agent that cannot start is a finding too', async () => {
  const where = world()
  const home = join(where.cwd, 'home')
  mkdirSync(home)
  chmodSync(home, 0o755)
  const { code, out } = await run(where, ['doctor', '--json', '--home', home, ...NETWORK])
  expect(code).toBe(1)
  const { state, findings } = JSON.parse(out) as Answer
  expect(state).toBe('down')
  expect(findings).toEqual([
    expect.objectContaining({
      ...{ code: 'AGENT', level: 'fail', hint: expect.stringContaining('chmod 700') as unknown },
      why: expect.stringMatching(/^cannot start: others can open/) as unknown,
      facts: expect.objectContaining({ error: 'HOME_UNSAFE' }) as unknown
    })
  ])
})

test('a wrong option is no finding', async () => {
  const { code, err } = await run(world(), ['doctor', '--wait', 'soon'])
  expect(code).toBe(2)
  expect(err).toContain('error BAD_OPTION')
})
