import { expect, test } from 'vitest'
import { readFlags } from '../../bench/settings.ts'

test('without flags everything is measured and the report may be kept', () => {
  const flags = readFlags([])
  expect(flags.complete).toBe(true)
  expect(flags.candidates).toContain('tcp-runner')
  expect(flags.sections).toEqual(['warm', 'start', 'memory', 'sandbox'])
})

test('--only takes candidates and sections, and the report is not kept', () => {
  const flags = readFlags(['--only', 'tcp,warm'])
  expect(flags.candidates).toEqual(['tcp'])
  expect(flags.sections).toEqual(['warm'])
  expect(flags.complete).toBe(false)
})

test('--quick is one short round, unless told otherwise', () => {
  expect(readFlags(['--quick'])).toMatchObject({ rounds: 1, complete: false })
  expect(readFlags(['--quick', '--rounds', '3'])).toMatchObject({ rounds: 3 })
})

test.each([
  ['--rounds', '0'],
  ['--rounds', 'many'],
  ['--seconds', '1000'],
  ['--only', 'carrier-pigeon']
])('%s %s is refused with a reason', (flag, value) => {
  expect(() => readFlags([flag, value])).toThrow(value)
})
