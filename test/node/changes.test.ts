import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Agent, AgentInit } from '../../src/index.ts'
import { createNetwork } from '../../src/node/membership/create.ts'
import { Company } from '../helpers/company.ts'
import { skill, until } from '../helpers/processes.ts'

let folder: string
let company: Company
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerwork-changes-'))
  company = new Company()
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  await company[Symbol.asyncDispose]()
  company = new Company()
})

/** An agent with a skill, and another one that knows it. */
async function pair(init: AgentInit = {}) {
  const alice = await company.inside({ open: false, skills: [skill('echo')], ...init })
  const bob = await company.inside({ bootstrap: [...alice.addresses] })
  await until('they know each other', async () => (await bob.peers()).length === 1)
  return { alice, bob }
}

async function outcome(bob: Agent): Promise<unknown> {
  try {
    return (await bob.run('echo', 'x', { wait: 500 })).value
  } catch (error) {
    return (error as { code: string }).code
  }
}

it('lets peers in and out; those that were allowed by hand stay', async () => {
  const { alice, bob } = await pair()
  expect(await outcome(bob)).toBe('NOT_ADMITTED')
  await alice.change({ allow: [bob.id] })
  expect(await outcome(bob)).toBe('x')
  await alice.change({ allow: [] })
  expect(await outcome(bob)).toBe('NOT_ADMITTED')
  alice.allow(bob.id)
  await alice.change({ allow: [alice.id] })
  expect(await outcome(bob)).toBe('x')
})

it('opens and closes', async () => {
  const { alice, bob } = await pair()
  await alice.change({ open: true })
  expect(await outcome(bob)).toBe('x')
  expect((await alice.info()).admits).toBe('everybody')
  await alice.change({ open: false })
  expect(await outcome(bob)).toBe('NOT_ADMITTED')
})

it('takes another allow file, and none', async () => {
  const { alice, bob } = await pair()
  const file = join(folder, 'friends')
  await writeFile(file, bob.id)
  await alice.change({ allowFile: file })
  expect(await outcome(bob)).toBe('x')
  // A peer on both lists stays when one of them forgets it.
  await alice.change({ allow: [bob.id] })
  await alice.change({ allow: [] })
  expect(await outcome(bob)).toBe('x')
  await alice.change({ allowFile: null })
  expect(await outcome(bob)).toBe('NOT_ADMITTED')
})

it('tells its peers of new skills', async () => {
  const { alice, bob } = await pair({ open: true })
  await alice.change({ skills: [skill('wait'), skill('echo')] })
  const names = async () => (await bob.peers())[0]?.skills.map(({ name }) => name)
  await expect.poll(names, { timeout: 5000 }).toEqual(['wait', 'echo'])
  expect((await bob.run('wait', { ms: 1 })).value).toBe('waited 1')
})

it('changes nothing when a part of it cannot be', async () => {
  const { alice, bob } = await pair()
  const changes = { allow: [bob.id], open: true }
  const wrong: readonly [object, string][] = [
    [{ skills: ['/nowhere.ts'] }, 'BAD_OPTION'],
    [{ allowFile: join(folder, 'missing') }, 'BAD_OPTION'],
    [{ logLevel: 'loud' }, 'BAD_OPTION'],
    [{ allow: ['bob'] }, 'BAD_OPTION']
  ]
  for (const [part, code] of wrong) {
    await expect(alice.change({ ...changes, ...part })).rejects.toMatchObject({ code })
    expect((await alice.info()).admits).toBe('nobody')
  }
  expect(await outcome(bob)).toBe('NOT_ADMITTED')
})

it('serves metrics elsewhere, and no more; a port that is taken changes nothing', async () => {
  const { alice } = await pair({ metrics: 0 })
  const first = (await alice.info()).metrics ?? ''
  await alice.change({ metrics: 0 })
  const second = (await alice.info()).metrics ?? ''
  expect((await fetch(`${second}/healthz`)).status).toBeLessThan(600)
  await expect(fetch(`${first}/healthz`)).rejects.toThrow('fetch failed')
  const taken = Number(new URL(second).port)
  const wrong = alice.change({ metrics: taken, open: true })
  await expect(wrong).rejects.toMatchObject({ code: 'BAD_OPTION' })
  await expect(alice.change({ metrics: 0, skills: ['/nowhere.ts'] })).rejects.toThrow('no file')
  expect(await alice.info()).toMatchObject({ metrics: second, admits: 'nobody' })
  await alice.change({ metrics: null })
  expect(await alice.info()).not.toHaveProperty('metrics')
  await expect(fetch(`${second}/healthz`)).rejects.toThrow('fetch failed')
})

it('has no lists to change where roles decide', async () => {
  const home = join(folder, 'member')
  await mkdir(home, { mode: 0o700 })
  await createNetwork({ name: 'lab', configDir: join(folder, 'config'), home, memberName: 'alice' })
  const alice = await company.inside({ open: false, home })
  for (const change of [{ open: true }, { allow: [alice.id] }, { allowFile: '/x' }]) {
    await expect(alice.change({ ...change, skills: [skill('echo')] })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining('roles say who') as unknown
    })
  }
  expect((await alice.info()).skills).toEqual([])
  await alice.change({ allow: [], allowFile: null, open: false, skills: [skill('echo')] })
  expect((await alice.info()).skills).toHaveLength(1)
})

it('takes one change after the other', async () => {
  const { alice } = await pair()
  const [first, second] = [[skill('wait')], [skill('echo'), skill('wait')]]
  await Promise.all([alice.change({ skills: first }), alice.change({ skills: second })])
  expect((await alice.info()).skills.map(({ name }) => name)).toEqual(['echo', 'wait'])
})

it('gives peers other quotas, or refuses those that there are not', async () => {
  const { alice, bob } = await pair({ open: true })
  expect(await outcome(bob)).toBe('x')
  await alice.change({ quotas: { perSecond: 0.01, burst: 1 } })
  expect([await outcome(bob), await outcome(bob)]).toEqual(['x', 'QUOTA_EXCEEDED'])
  const wrong = alice.change({ quotas: { perSecond: -1 }, open: false })
  await expect(wrong).rejects.toMatchObject({ code: 'BAD_OPTION' })
  await alice.change({ quotas: {} })
  expect(await outcome(bob)).toBe('x')
})
