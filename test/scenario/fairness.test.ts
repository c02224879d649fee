/** A peer that floods an executor, and a polite one that wants little of it. */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Agent, AgentApi, AgentInit, SubmitOptions } from '../../src/index.ts'
import { PeerworkError } from '../../src/index.ts'
import { skill, Stage } from '../helpers/processes.ts'

const FLOOD = 200
const POLITE = 8
/** Beside the runner of a polite task the other goes on, and news takes a moment; 32 tasks wait. */
const MEANWHILE_MAX = 12

interface Counted {
  readonly n: number
  readonly run: number
}

/** An executor, a process of its own, and two peers that it has met: one floods, one is polite. */
async function three(stage: Stage, init: (mallory: string) => AgentInit) {
  const mallory = await stage.inside({ name: 'mallory' })
  const bob = await stage.inside({ name: 'bob' })
  const bootstrap = [mallory, bob].map(({ addresses: [address = ''] }) => address)
  const skills = [skill('count')]
  const alice = await stage.start({ name: 'alice', bootstrap, skills, ...init(mallory.id) })
  return { alice, mallory, bob }
}

/** Once; who was refused comes back when it was told to. */
async function patiently(agent: Agent, n: number, refused: PeerworkError[]): Promise<Counted> {
  for (;;) {
    try {
      const options = { deadline: '30s', onBusy: 'fail' } as const
      return (await agent.run<Counted>('count', { n, ms: 30 }, options)).value
    } catch (error) {
      if (!(error instanceof PeerworkError) || !error.retry) throw error
      refused.push(error)
      await sleep(Number(error.facts['retryAfterMs']))
    }
  }
}

/** Its result, and how many tasks were said to come before it. */
async function follow(agent: AgentApi, n: number, options?: SubmitOptions) {
  let ahead = -1
  const task = agent.submit<Counted>('count', { n, ms: 30 }, options)
  for await (const event of task) if (event.type === 'accepted') ({ ahead } = event)
  return { ahead, ...(await task.result).value }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN

test('the tasks of a polite peer pass a flood, and of the flood nothing is lost', async () => {
  await using stage = new Stage()
  const { alice, mallory, bob } = await three(stage, () => ({ capacity: 2, queue: 32, metrics: 0 }))
  const refused: PeerworkError[] = []
  let done = 0
  const flood = Array.from({ length: FLOOD }, async (_, n) => {
    const counted = await patiently(mallory, n, refused)
    done++
    return counted
  })
  // The flood stands before the polite peer comes.
  await Promise.race(flood)
  const polite: Counted[] = []
  const [waits, passed]: [number[], number[]] = [[], []]
  for (let n = 0; n < POLITE; n++) {
    const before = done
    const { ahead, ...counted } = await follow(bob, FLOOD + n)
    polite.push(counted)
    expect(done, 'the flood goes on').toBeLessThan(FLOOD)
    waits.push(ahead)
    passed.push(done - before)
  }
  // Fairness goes by service: after a task that took long, its peer owes the others some.
  expect(waits[0]).toBeLessThanOrEqual(1)
  expect(median(waits)).toBeLessThanOrEqual(2)
  expect(median(passed)).toBeLessThanOrEqual(MEANWHILE_MAX)
  const all = [...(await Promise.all(flood)), ...polite]
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)
  expect(all.map(({ n }) => n)).toEqual(upTo(FLOOD + POLITE))
  // Every task ran, and none ran twice, however often it was refused before.
  expect(all.map(({ run }) => run - 1).sort((a, b) => a - b)).toEqual(upTo(FLOOD + POLITE))
  expect(refused.length).toBeGreaterThan(0)
  for (const { code, facts } of refused) {
    expect([code, facts['reason']]).toEqual(['BUSY', 'queue'])
    expect(facts['retryAfterMs']).toBeGreaterThan(0)
  }

  const { work, info } = await alice.agent.status()
  expect(work?.begun).toBe(FLOOD + POLITE)
  expect(work?.meanWaitMs).toBeGreaterThan(0)
  expect(work?.refused).toEqual([{ code: 'BUSY', reason: 'queue', count: refused.length }])
  const metrics = await (await fetch(`${info.metrics}/metrics`)).text()
  const line = 'peerwork_tasks_refused_total{code="BUSY",reason="queue"}'
  expect(metrics).toContain(`${line} ${refused.length}\n`)
  expect(metrics).toContain(`peerwork_tasks_begun_total ${FLOOD + POLITE}\n`)
})

test('a peer over its rate is told when to return; the others notice nothing', async () => {
  await using stage = new Stage()
  const quotas = { perSecond: 20, burst: 5 }
  const { alice, mallory, bob } = await three(stage, () => ({ capacity: 2, quotas }))
  // Meet first: what is asked in the meantime counts as well.
  await follow(mallory, 0)
  const refused: PeerworkError[] = []
  const flood = Array.from({ length: 25 }, (_, n) => patiently(mallory, n + 1, refused))
  for (let n = 0; n < 3; n++) expect(await follow(bob, 100 + n)).toMatchObject({ n: 100 + n })
  expect((await Promise.all(flood)).map(({ n }) => n)).toHaveLength(25)
  expect(refused.length).toBeGreaterThanOrEqual(20)
  for (const { code, facts } of refused) {
    expect([code, facts['reason'], facts['perSecond']]).toEqual(['QUOTA_EXCEEDED', 'rate', 20])
  }
  const { work } = await alice.agent.status()
  expect(work?.refused).toContainEqual({
    ...{ code: 'QUOTA_EXCEEDED', reason: 'rate', count: refused.length }
  })
})

test('a quota of a single peer holds for that peer', async () => {
  await using stage = new Stage()
  const { mallory, bob } = await three(stage, (id) => {
    return { capacity: 2, quotas: { peers: { [id]: { inFlight: 1 } } } }
  })
  const tasks = [1, 2, 3].map((n) => {
    return mallory.run<Counted>('count', { n, ms: 200 }, { onBusy: 'fail' })
  })
  const ends = await Promise.allSettled(tasks)
  const reasons = ends.map((end) => {
    return end.status === 'fulfilled' ? 'done' : (end.reason as PeerworkError).facts['reason']
  })
  expect(reasons).toEqual(['done', 'in-flight', 'in-flight'])
  expect(await Promise.all([1, 2].map((n) => follow(bob, n)))).toHaveLength(2)
})

test('a peer says which of its own tasks come first', async () => {
  await using stage = new Stage()
  const { mallory, bob } = await three(stage, () => ({ capacity: 1 }))
  const order: string[] = []
  const ask = async (agent: AgentApi, name: string, options: SubmitOptions): Promise<void> => {
    await agent.run('count', { n: 0, ms: 150 }, options)
    order.push(name)
  }
  await follow(mallory, 0)
  const tasks = [
    ask(mallory, 'running', { priority: 'low' }),
    ask(mallory, 'low', { priority: 'low' }),
    ...[1, 2, 3].map(() => ask(mallory, 'usual', {})),
    ask(mallory, 'high', { priority: 'high' }),
    // No priority brings anybody before the tasks of another peer.
    ask(bob, 'other', {})
  ]
  await Promise.all(tasks)
  expect(order[0]).toBe('running')
  expect(order.slice(1, 4)).toEqual(expect.arrayContaining(['high', 'other']))
  expect(order.at(-1)).toBe('low')
})
