import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

test('the library example does what its comments say', async () => {
  using run = runExample('library.ts')
  const { code, stdout, stderr } = await run.ended
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^HELLO true$/m)
  expect(stdout).toMatch(
    /submitted\nsent\naccepted\n(?:progress: .+\n)*chunk: Agents work for each other\.\n/
  )
  expect(stdout).toMatch(/completed\n\{ summary: \[ 'Agents work for each other\.' \], of: 3 \}/)
  expect(code).toBe(0)
})
