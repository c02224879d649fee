import { expect, test } from 'vitest'
import { run, up, world } from '../processes.ts'

const TRACE = 'ab'.repeat(16)

test('contents of a trace, or of all, are dropped by the agent that runs', async () => {
  const where = world()
  await using _alice = await up(where, 'alice')
  const one = await run(where, ['forget', TRACE, '--name', 'alice', '--json'])
  expect(one).toMatchObject({ code: 0, out: `{"forgotten":"${TRACE}"}\n` })
  const all = await run(where, ['forget', '--all', '--name', 'alice'])
  expect([all.code, all.out]).toEqual([0, ''])
  expect(all.err).toContain('all contents until now can be read no more')
})

test('what is to be forgotten must be said, and an agent must run', async () => {
  const where = world()
  const said = async (...words: string[]) => (await run(where, ['forget', ...words])).err
  expect(await said()).toContain('Give a trace, or --all')
  expect(await said(TRACE, '--all')).toContain('either a trace or --all')
  expect(await said('nothing')).toContain('"nothing" is no trace id')
  expect(await said(TRACE)).toContain('NOT_RUNNING')
})
