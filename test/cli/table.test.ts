import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/table.ts'

test('every file of a command is in the table under its own name', async () => {
  const files = readdirSync('src/cli/commands').map((file) => file.replace(/\.ts$/, ''))
  expect(Object.keys(COMMANDS.summaries).sort()).toEqual(files.sort())
  for (const name of files) expect((await COMMANDS.load(name)).name).toBe(name)
})

test('docs/cli.md names every command', () => {
  const text = readFileSync('docs/cli.md', 'utf8')
  for (const name of Object.keys(COMMANDS.summaries)) expect(text).toContain(`\`${name}`)
})

test('names of object properties are no commands', async () => {
  await expect(COMMANDS.load('constructor')).rejects.toMatchObject({ code: 'BAD_OPTION' })
})
