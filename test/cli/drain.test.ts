import { expect, test } from 'vitest'
import { drain } from '../../src/cli/drain.ts'
import { Notifier } from '../../src/cli/service/notify.ts'
import { createAgent } from '../../src/index.ts'
import { reached, skill } from '../helpers/processes.ts'
import { contextOf } from './harness.ts'

/** An agent with so many tasks of so many ms in hand. */
async function busy(tasks: readonly number[]) {
  const loopback = { preset: 'loopback', open: true } as const
  const alice = await createAgent({ ...loopback, skills: [skill('wait')], capacity: 4 })
  const bob = await createAgent({ ...loopback, bootstrap: [...alice.addresses] })
  const submitted = tasks.map((ms) => bob.submit('wait', { ms }))
  await Promise.all(submitted.map((task) => reached(task, 'progress')))
  const results = Promise.allSettled(submitted.map(async ({ result }) => (await result).value))
  return { alice, submitted, results, [Symbol.asyncDispose]: () => bob.stop({ graceMs: 0 }) }
}

function watched(graceMs: number, json = false) {
  const said: string[] = []
  const notifier = new Notifier({ NOTIFY_SOCKET: '/x' }, (assignments) => {
    said.push(...assignments)
    return Promise.resolve(undefined)
  })
  return { said, how: { graceMs, json, notifier, elapsed: () => performance.now() } }
}

test('it waits for tasks in hand, and whoever watches sees how many are left', async () => {
  await using stage = await busy([60_000, 60_000])
  const { context, err } = contextOf()
  const { said, how } = watched(30_000)
  const draining = drain(stage.alice, context, how)
  const lines = () => err.text.trimEnd().split('\n')
  const [first, second] = stage.submitted
  await expect.poll(lines).toHaveLength(1)
  await first?.cancel()
  await expect.poll(lines, { timeout: 5_000 }).toHaveLength(2)
  await second?.cancel()
  await draining
  const told = lines()
  expect(told[0]).toBe(
    'stopping when 2 tasks finish, in 30.0 s at most; Ctrl-C again ends at once …'
  )
  expect(told[1]).toMatch(/^stopping when one task finishes, in [\d.]+ s at most; Ctrl-C again/)
  expect(told.at(-1)).toBe('stopped')
  expect(said).toEqual(
    expect.arrayContaining(['STOPPING=1', 'EXTEND_TIMEOUT_USEC=35000000']) as unknown
  )
})

test('what does not end within the grace is ended', async () => {
  await using stage = await busy([30_000])
  const { context, out } = contextOf()
  await drain(stage.alice, context, watched(100, true).how)
  const lines = out.text.trimEnd().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toEqual({ type: 'stopping', tasks: 1, leftMs: 100 })
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ type: 'stopped' })
  const [outcome] = await stage.results
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SHUTTING_DOWN' } })
})

test('an agent without tasks stops at once', async () => {
  await using stage = await busy([])
  const { context, err } = contextOf()
  await drain(stage.alice, context, watched(30_000).how)
  expect(err.text).toBe('stopping …\nstopped\n')
})
