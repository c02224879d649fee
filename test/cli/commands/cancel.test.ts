import { once } from 'node:events'
import { expect, test } from 'vitest'
import { begin, run, until, up, world } from '../processes.ts'

test('a task is stopped by the beginning of its id', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/drip.ts', '--open')
  await using _bob = await up(where, 'bob', '--bootstrap', alice.address)
  const input = '{"text":"drop","forever":true}'
  const child = begin(where, ['run', 'drip', '--name', 'bob', '--input', input])
  await until(child, 'stderr', 'drop ')
  const { out } = await run(where, ['tasks', '--name', 'bob', '--json'])
  const { tasks } = JSON.parse(out) as { tasks: { id: string }[] }
  const id = tasks[0]?.id ?? ''
  const theirs = await run(where, ['cancel', id.slice(0, 8), '--name', 'alice'])
  expect(theirs.code).toBe(3)
  expect(theirs.err).toContain('error TASK_UNKNOWN')
  expect(theirs.err).toContain('only that one can cancel it')
  const whole = await run(where, ['cancel', id, '--name', 'alice'])
  expect(whole.err).toContain('only that one can cancel it')
  const ended = once(child, 'exit')
  const canceled = await run(where, ['cancel', id.slice(0, 8), '--name', 'bob', '--json'])
  expect(canceled).toMatchObject({ code: 0, out: `${JSON.stringify({ canceled: id })}\n` })
  expect(await ended).toEqual([6, null])
})

test('a task that is not there cannot be canceled', async () => {
  const where = world()
  await using _alice = await up(where, 'alice')
  for (const given of ['feed', 'feed'.repeat(8)]) {
    const { code, err } = await run(where, ['cancel', given, '--name', 'alice'])
    expect(code).toBe(3)
    expect(err).toBe(
      `error TASK_UNKNOWN: no open task begins with "${given}"\n` +
        'hint: See which tasks are open with `peerwork tasks`.\n'
    )
  }
})
