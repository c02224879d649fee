import { expect, test } from 'vitest'
import { observed } from '../gateway/observed.ts'
import { runExample } from './run-example.ts'

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
