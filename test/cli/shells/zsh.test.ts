import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completables } from '../../../src/cli/commands/completion.ts'
import { zshCompletion } from '../../../src/cli/shells/zsh.ts'
import { COMMANDS } from '../../../src/cli/table.ts'

const installed = spawnSync('zsh', ['--version']).status === 0

test.runIf(installed)('the script parses', async () => {
  const script = zshCompletion(await completables(COMMANDS))
  const { status, stderr } = spawnSync('zsh', ['-n'], { input: script, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('signs that _arguments reads are escaped', () => {
  const options = { a: { type: 'string', about: `it's [this]: that` } } as const
  const script = zshCompletion([{ name: 'x', summary: 'do: it', words: [], options }])
  expect(script).toContain(String.raw`'--a=[it'\''s \[this\]\: that]:value:'`)
  expect(script).toContain(String.raw`'x:do\: it'`)
})
