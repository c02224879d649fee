import { afterEach, expect, test } from 'vitest'
import { observed } from '../gateway/observed.ts'
import { runExample } from './run-example.ts'

afterEach(() => {
  delete process.env['PEERWORK_URL']
  delete process.env['PEERWORK_KEY']
})

test('code that is no agent tells of a handoff, and reads back how it broke', async () => {
  await using it = await observed()
  process.env['PEERWORK_URL'] = it.url
  process.env['PEERWORK_KEY'] = it.key(['ingest', 'read'])
  using run = runExample('trace-client.ts')
  const { code, stdout, stderr } = await run.ended
  expect(stderr).toBe('')
  expect(stdout).toBe('planner → writer: error, no ink\n')
  expect(code).toBe(0)
})

test('without a key it says in a sentence how to make one', async () => {
  process.env['PEERWORK_KEY'] = ''
  using run = runExample('trace-client.ts')
  const { code, stdout, stderr } = await run.ended
  expect(stderr).toBe(
    'PEERWORK_KEY is not set. Make a key where `peerwork observe` runs, and try again:\n' +
      '  export PEERWORK_KEY=$(peerwork observe key create example --scope ingest,read)\n'
  )
  expect([code, stdout]).toEqual([2, ''])
})

test('with a key of nobody it says what to look at', async () => {
  await using it = await observed()
  process.env['PEERWORK_URL'] = it.url
  process.env['PEERWORK_KEY'] = 'pwk_of_nobody'
  using run = runExample('trace-client.ts')
  const { code, stdout, stderr } = await run.ended
  expect(stderr).toContain(`Not read back, for the answer is 401 at ${it.url}.`)
  expect(stderr).not.toMatch(/^ +at /m)
  expect([code, stdout]).toEqual([1, ''])
})
