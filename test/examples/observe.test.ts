import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

test('the watcher sees one trace from both sides of a task it has no part in', async () => {
  using run = runExample('observe.ts')
  const { code, stdout, stderr } = await run.ended
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^bob {2}requester {2}task\.completed$/m)
  expect(stdout).toMatch(/^alice {2}executor {3}task\.completed$/m)
  expect(stdout).toMatch(/one trace, both sides: [0-9a-f]{32}\n$/)
  expect(code).toBe(0)
})
