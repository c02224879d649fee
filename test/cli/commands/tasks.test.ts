import { expect, test } from 'vitest'
import { expectPlain, run, up, world } from '../processes.ts'

test('what was asked for and done is listed on both sides', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/shout.ts', '--open')
  await using _bob = await up(where, 'bob', '--bootstrap', alice.address)
  const empty = await run(where, ['tasks', '--name', 'bob'])
  expect(empty).toEqual({ code: 0, out: '', err: 'No tasks yet.\n' })
  await run(where, ['run', 'shout', '--name', 'bob', '--input', '{"text":"x"}'])
  const asked = await run(where, ['tasks', '--name', 'bob'])
  expect(asked.out).toMatch(/shout +by alice +completed/)
  expectPlain(asked.out)
  const done = await run(where, ['tasks', '--name', 'alice', '--json'])
  expect(JSON.parse(done.out)).toMatchObject({
    tasks: [{ skill: 'shout', side: 'executor', state: 'completed' }]
  })
})

test('without a running agent the error says so', async () => {
  const { code, err } = await run(world(), ['tasks'])
  expect(code).toBe(3)
  expect(err).toMatch(/error NOT_RUNNING: .+\nhint: Start an agent first: peerwork up/)
})
