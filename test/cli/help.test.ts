import { expect, test } from 'vitest'
import { commandHelp, overview } from '../../src/cli/help.ts'
import { painter } from '../../src/cli/colour.ts'
import { COMMANDS } from '../../src/cli/table.ts'

const NAMES = Object.keys(COMMANDS.summaries)
const plain = painter(false)

test('the overview names every command', () => {
  const text = overview(COMMANDS.summaries, plain)
  for (const name of NAMES) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'))
})

test.for(NAMES)('the help of %s has purpose, usage, options, JSON and an example', async (name) => {
  const command = await COMMANDS.load(name)
  const text = commandHelp(command, plain, 80)
  expect(text.startsWith(`peerwork ${name}: `)).toBe(true)
  for (const part of ['Usage', 'Always', 'JSON', 'Examples']) expect(text).toContain(part)
  expect(command.examples.length).toBeGreaterThan(0)
  for (const [line] of command.examples) expect(line).toMatch(/peerwork[ -]/)
  for (const option of Object.keys(command.options)) expect(text).toContain(`--${option}`)
})

test.for(NAMES)('the help of %s fits into 80 columns, but for lines to copy', async (name) => {
  const command = await COMMANDS.load(name)
  const lines = commandHelp(command, plain, 80).split('\n')
  const copied = new Set(command.examples.map(([line]) => `  ${line}`))
  expect(lines.filter((line) => line.length > 80 && !copied.has(line))).toEqual([])
})

test('examples use only options that exist', async () => {
  for (const name of NAMES) {
    const { examples, options } = await COMMANDS.load(name)
    for (const [line] of examples) {
      const own = line.match(new RegExp(`peerwork ${name}[^|$>)]*`))?.[0] ?? ''
      for (const [, option = ''] of own.matchAll(/ --([a-z-]+)/g)) {
        expect([...Object.keys(options), 'home', 'name', 'json']).toContain(option)
      }
    }
  }
})
