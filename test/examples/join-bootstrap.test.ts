import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

test('two agents that know only a third one find each other', async () => {
  using run = runExample('join-bootstrap.ts')
  const { code, stdout, stderr } = await run.ended
  expect(stderr).toBe('')
  expect(stdout).toMatch(/ann sees meeting-point, found by: bootstrap/)
  expect(stdout).toMatch(/ann sees ben, found by: (?:peer|inbound)/)
  expect(stdout).toMatch(/everybody knows everybody\n$/)
  expect(code).toBe(0)
})
