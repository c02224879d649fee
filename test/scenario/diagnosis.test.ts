/** What can be wrong with an agent, made so, and named by the agent itself. */

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { AgentApi, AgentStatus } from '../../src/node/api.ts'
import type { FindingCode } from '../../src/node/diagnosis/finding.ts'
import { run, up, world } from '../cli/processes.ts'
import type { World } from '../cli/processes.ts'
import { found } from '../helpers/founded.ts'
import { skill, Stage, until } from '../helpers/processes.ts'
import { checkMetrics, noPrometheus, startPrometheus } from '../helpers/prometheus.ts'

const CLOCK = fileURLToPath(new URL('../helpers/clock-offset.ts', import.meta.url))

/** The same world, at another time. */
function later(where: World, offsetMs: number): World {
  const options = { NODE_OPTIONS: `--import=${CLOCK}`, CLOCK_OFFSET_MS: String(offsetMs) }
  return { ...where, env: { ...where.env, ...options } }
}

async function doctor(where: World, name: string) {
  const { code, out } = await run(where, ['doctor', '--name', name, '--json'])
  const { findings } = JSON.parse(out) as AgentStatus
  return { code, find: (wanted: FindingCode) => findings.find((one) => one.code === wanted) }
}

test.for([
  [180_000, 'off by 3 min: it is ahead of'],
  [-180_000, 'off by 3 min: it is behind'],
  [300_000, 'off by 5 min: it is ahead of'],
  [-300_000, 'off by 5 min: it is behind']
] as const)(
  'a clock that is off by %i ms is named, and why there are no peers',
  async ([ms, why]) => {
    const here = world()
    const there = later(here, ms)
    await using alice = await up(here, 'alice')
    await using bob = await up(there, 'bob', '--bootstrap', alice.address)
    expect(bob.info.name).toBe('bob')
    let found = await doctor(there, 'bob')
    await expect
      .poll(async () => (found = await doctor(there, 'bob')).find('CLOCK')?.level, {
        timeout: 15_000
      })
      .toBe('fail')
    expect(found.code).toBe(1)
    expect(found.find('CLOCK')?.why).toMatch(new RegExp(`^${why}`))
    expect(found.find('CLOCK')?.hint).toContain('timedatectl')
    expect(Math.abs(Number(found.find('CLOCK')?.facts['skewMs']) - ms)).toBeLessThan(5_000)

    const none = await run(there, ['run', 'echo', '--name', 'bob', '--wait', '300ms', '--json'])
    const { error } = JSON.parse(none.out) as { error: { code: string; message: string } }
    expect(error.code).toBe('NO_PEERS')
    expect(error.message).toContain(`the clock: ${why}`)
  }
)

test('of four clocks the one that is off is the only one at fault', async () => {
  const here = world()
  await using alice = await up(here, 'alice')
  await using carol = await up(here, 'carol', '--bootstrap', alice.address)
  const all = ['--bootstrap', alice.address, '--bootstrap', carol.address]
  await using dave = await up(here, 'dave', ...all)
  await using _bob = await up(later(here, 45_000), 'bob', ...all, '--bootstrap', dave.address)
  const at = async (name: string) => (await doctor(here, name)).find('CLOCK')
  await expect
    .poll(async () => (await at('bob'))?.why, { timeout: 15_000 })
    .toMatch(/^off by 4\d s: it is ahead of the median of 3 peers$/)
  const alices = await at('alice')
  expect(alices?.level).toBe('warn')
  expect(alices?.why).toMatch(/^right, but that of bob is 4\d s ahead$/)
})

interface Series {
  readonly result: readonly {
    readonly metric: Record<string, string>
    readonly value: [number, string]
  }[]
}

test.skipIf(noPrometheus)('a real Prometheus scrapes an agent', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('echo')], metrics: 0 })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  await bob.run('echo', 'hello', { to: alice.id })
  const { metrics: url = '' } = await alice.agent.info()
  await using prometheus = await startPrometheus(new URL(url).host)
  const value = async (query: string): Promise<string | undefined> => {
    const { result } = await prometheus.ask<Series>(`query?query=${encodeURIComponent(query)}`)
    return result[0]?.value[1]
  }
  const sees = (query: string, wanted: string) =>
    until(
      `${query} is ${wanted}`,
      async () => (await value(query).catch(() => '')) === wanted,
      20_000
    )
  await sees('up{job="peerwork"}', '1')
  await sees('peerwork_health{state="ok"}', '1')
  await sees('peerwork_peers', '1')
  await sees('peerwork_tasks_ended_total{side="executor",state="completed"}', '1')

  await bob.run('echo', 'x'.repeat(100), { to: alice.id })
  await sees('peerwork_tasks_ended_total{side="executor",state="completed"}', '2')
  await bob.stop()
  await sees('peerwork_peers', '0')
  await sees('peerwork_findings{code="PEERS",level="warn"}', '1')
  const page = await (await fetch(`${url}/metrics`)).text()
  expect(checkMetrics(page)).toEqual({ code: 0, complaints: '' })
})

const findingOf = async (agent: AgentApi, code: FindingCode) =>
  (await agent.status()).findings.find((one) => one.code === code)

test('whoever is put out of a network is told so, as the one reason to be alone', async () => {
  await using stage = new Stage()
  const network = await found(stage)
  const bob = await network.member('bob', { bootstrap: [network.admin.address] })
  await until('met', async () => (await bob.agent.status()).state === 'ok')
  expect((await findingOf(bob.agent, 'MEMBERSHIP'))?.why).toMatch(/^member of "lab"/)
  await network.admin.agent.revoke(bob.id)
  const told = async () => (await findingOf(bob.agent, 'MEMBERSHIP'))?.level === 'fail'
  await until('told', told, 15_000)
  const { alone, findings } = await bob.agent.status()
  expect(alone).toMatch(/^membership: (?:refused by one peer|in "lab"): .* was put out by/)
  expect(alone?.match(/was put out by/g)).toHaveLength(1)
  expect(findings.at(-1)?.facts['because']).toBe('MEMBERSHIP')
})

test('a stranger to a network with members only is told what may be, and how to join', async () => {
  await using stage = new Stage()
  const network = await found(stage)
  const stranger = await stage.start({ bootstrap: [network.admin.address] })
  const told = async () => (await findingOf(stranger.agent, 'BOOTSTRAP'))?.level === 'fail'
  await until('told', told)
  const bootstrap = await findingOf(stranger.agent, 'BOOTSTRAP')
  expect(bootstrap?.why).toMatch(/members only/)
  expect(bootstrap?.hint).toMatch(/peerwork join <link>/)
})

test('a refusal is counted by its code', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('echo')], open: false, metrics: 0 })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  await expect(bob.run('echo', 'hello')).rejects.toMatchObject({ code: 'NOT_ADMITTED' })
  const { metrics = '' } = await alice.agent.info()
  const page = await (await fetch(`${metrics}/metrics`)).text()
  expect(page).toMatch(/^peerwork_tasks_refused_total\{code="NOT_ADMITTED".*\} 1$/m)
})

test('a home that cannot be written takes the agent down for its monitor', async () => {
  await using stage = new Stage()
  const home = stage.home()
  const alice = await stage.start({ home, metrics: 0 })
  const { metrics = '' } = await alice.agent.info()
  expect((await fetch(`${metrics}/healthz`)).status).toBe(200)
  const { rename, writeFile, rm } = await import('node:fs/promises')
  await rename(home, `${home}.away`)
  try {
    await writeFile(home, '')
    const health = async () => {
      const response = await fetch(`${metrics}/healthz`)
      const { reasons } = (await response.json()) as { reasons: { code: string; why: string }[] }
      return { status: response.status, why: reasons.find(({ code }) => code === 'HOME')?.why }
    }
    await until('down', async () => (await health()).status === 503)
    expect((await health()).why).toMatch(/cannot be written/)
  } finally {
    await rm(home)
    await rename(`${home}.away`, home)
  }
})
