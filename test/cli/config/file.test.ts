import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMON } from '../../../src/cli/command.ts'
import { inspectConfig, readConfig } from '../../../src/cli/config/file.ts'
import { keysOf } from '../../../src/cli/config/key.ts'
import { UP_OPTIONS } from '../../../src/cli/up-options.ts'
import { temporary } from '../harness.ts'

const keys = keysOf({ ...UP_OPTIONS, ...COMMON })

function fileWith(text: string): string {
  const file = join(temporary('config'), 'config.json')
  writeFileSync(file, text)
  return file
}
const faultsOf = (value: unknown) =>
  inspectConfig(fileWith(JSON.stringify(value)), keys).faults.map(({ path, message }) => [
    path,
    message
  ])

test('every fault is told, each with its place', () => {
  const faults = faultsOf({ bootsrap: [], capacity: 'four', listen: ['ip4', 7], open: 'yes' })
  expect(faults).toEqual([
    ['$.listen[0]', expect.stringContaining('is no address like') as string],
    ['$.listen[1]', 'is no text'],
    ['$.open', 'is no true or false'],
    ['$.capacity', 'is no number'],
    ['$.bootsrap', 'no such key. Did you mean bootstrap?']
  ])
})

test('a key in the spelling of its option is recognised, and the right one told', () => {
  expect(faultsOf({ 'skill-config': 'x' })).toEqual([
    ['$.skill-config', 'no such key. Did you mean skillConfig?']
  ])
})

test.for([
  [{ minIsolation: 'so' }, '$.minIsolation', 'is none of process, os. Did you mean os?'],
  [{ drain: 'soon' }, '$.drain', 'is no duration like'],
  [{ capacity: 1.5 }, '$.capacity', 'is no whole number'],
  [{ capacity: -1 }, '$.capacity', 'is too small: at least 0'],
  [{ skillConfig: '' }, '$.skillConfig', 'is too short: at least 1'],
  [{ allow: ['bob'] }, '$.allow[0]', 'is no peer id'],
  [[], '$', 'is no object']
] as const)('%j: %s %s', ([value, path, message]) => {
  expect(faultsOf(value)).toEqual([[path, expect.stringContaining(message)]])
})

test('text that is no JSON is told with its line', () => {
  const { faults } = inspectConfig(fileWith('{\n  "open": true\n  "queue": 1\n}'), keys)
  expect(faults).toEqual([{ path: '$', message: expect.stringMatching(/line 3/) as string }])
})

test('a file that everybody can write is refused, and one that is too large', () => {
  const file = fileWith('{}')
  expect(inspectConfig(file, keys).faults).toEqual([])
  chmodSync(file, 0o666)
  expect(inspectConfig(file, keys).faults[0]?.message).toContain('everybody on this machine')
  const large = fileWith(`"${'x'.repeat(2 ** 20)}"`)
  expect(inspectConfig(large, keys).faults[0]?.message).toContain('bytes, at most 1048576')
})

test('the first fault is thrown, with the count of the others', () => {
  const file = fileWith('{"opn": true, "capacty": 1}')
  expect(() => readConfig(file, keys)).toThrow(
    `in ${file}, $.opn: no such key. Did you mean open?; 1 more with: peerwork config check`
  )
  expect(() => readConfig(file, keys)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
})

test('$schema is for editors and no setting', () => {
  const file = fileWith('{"$schema": "./config.schema.json", "queue": 2}')
  expect(inspectConfig(file, keys)).toEqual({ path: file, values: { queue: 2 }, faults: [] })
})
