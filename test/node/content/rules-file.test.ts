import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readRules } from '../../../src/node/content/rules-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'peerwork-rules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function fileOf(text: string): string {
  const file = join(folder, `${count++}.txt`)
  writeFileSync(file, text)
  return file
}

test('each line is a rule, but for comments and empty ones', () => {
  const rules = readRules(fileOf('# ours\n\nproject-\\d+\r\n  (?:Ada|Bob)\\b  \n'))
  expect(rules(['Ada on project-42', '"Bobby", $& and Bob'])).toEqual([
    '[redacted] on [redacted]',
    '"Bobby", $& and [redacted]'
  ])
  expect(readRules(fileOf(''))(['as it was'])).toEqual(['as it was'])
})

test.each([
  ['(', 'Invalid regular expression'],
  ['a*', 'matches the empty text'],
  ['x'.repeat(201), 'over 200 characters'],
  ['x\n'.repeat(101), 'more than 100 rules'],
  ['# '.padEnd(65 * 1024, 'x'), 'more than 65536 bytes']
])('a file that is no list of rules is refused (%#)', (text, why) => {
  const wrong = expect.objectContaining({
    code: 'BAD_OPTION',
    message: expect.stringContaining(why) as string
  }) as Error
  expect(() => readRules(fileOf(text))).toThrow(wrong)
})

test('a file that is not there is told', () => {
  expect(() => readRules(join(folder, 'nowhere'))).toThrow('traceContent: rules in')
})

test('an expression that would take years is stopped, and serves the next text', () => {
  const rules = readRules(fileOf('(a+)+$'))
  expect(() => rules([`${'a'.repeat(64)}!`])).toThrow('timed out')
  expect(rules(['caaa'])).toEqual(['c[redacted]'])
})

test('a rule is no way into the agent', () => {
  const rules = readRules(fileOf('`\\);process\\.exit\\(\n</script>\n\\$\\{x\\}'))
  expect(rules(['${x}'])).toEqual(['[redacted]'])
})
