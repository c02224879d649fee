import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { faultsOf, jsonPath } from '../../../src/cli/config/fault.ts'

test.for([
  [[], '$'],
  [['listen', 2], '$.listen[2]'],
  [['a b', 'c"d'], '$["a b"]["c\\"d"]'],
  [['no-mdns'], '$.no-mdns']
] as const)('%j is %s', ([path, text]) => {
  expect(jsonPath(path)).toBe(text)
})

test('one place has one fault, the first', () => {
  const schema = z.string().check(z.minLength(3), z.regex(/^a/, 'begins with no a'))
  const { error } = schema.safeParse('b')
  expect(faultsOf(error?.issues ?? [], [])).toEqual([
    { path: '$', message: 'is too short: at least 3' }
  ])
})

test('of several forms, the one with something to say is told', () => {
  const schema = z.union([z.int(), z.string().check(z.regex(/^\d+s$/, 'is no time'))])
  const { error } = schema.safeParse('soon')
  expect(faultsOf(error?.issues ?? [], [])).toEqual([{ path: '$', message: 'is no time' }])
})
