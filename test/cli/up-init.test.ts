import { expect, test } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { up } from '../../src/cli/commands/up.ts'
import { drainMsOf, upInit } from '../../src/cli/up-init.ts'
import type { UpValues } from '../../src/cli/up-options.ts'

const context = { env: {}, cwd: '/there' }
const values = (...args: string[]) => readArguments(up, args).values as unknown as UpValues
const init = (...args: string[]) => upInit(values('--home', '/h', ...args), context)

test('files are relative to where the command is given', () => {
  expect(init('--allow-file', 'friends', '--skill', 'a.ts')).toMatchObject({
    allowFile: '/there/friends',
    skills: [{ file: '/there/a.ts' }],
    home: '/h'
  })
})

test('mdns is left to the preset unless somebody says', () => {
  expect(init()).not.toHaveProperty('mdns')
  expect(init('--mdns')).toMatchObject({ mdns: true })
  expect(init('--no-mdns')).toMatchObject({ mdns: false })
})

test.for([
  [[], 5_000],
  [['--drain', '30s'], 30_000],
  [['--drain', '0'], 0]
] as const)('drain %j is %d ms', ([args, ms]) => {
  expect(drainMsOf(values(...args))).toBe(ms)
})

test('a drain that is no time is refused', () => {
  expect(() => drainMsOf(values('--drain', 'long'))).toThrow('--drain: "long" is no duration')
})

test('metrics stand alone or with a port, and are off unless asked for', () => {
  expect(init()).not.toHaveProperty('metrics')
  expect(init('--metrics')).toMatchObject({ metrics: 9464 })
  expect(init('--metrics', '0', '--open')).toMatchObject({ metrics: 0, open: true })
  expect(() => init('--metrics', 'yes')).toThrow('--metrics is a whole number')
})

test('the log is told by level, or by rooms', () => {
  expect(init()).toMatchObject({ logLevel: 'warn' })
  expect(init('--log-level', 'info,tasks=debug')).toMatchObject({ logLevel: 'info,tasks=debug' })
})

test('contents are told to nobody unless observers are named', () => {
  const [one, other] = ['12D3KooWone', '12D3KooWother']
  expect(init()).not.toHaveProperty('traceContent')
  expect(init('--trace-content', one, '--trace-content', other)).toMatchObject({
    traceContent: { observers: [one, other] }
  })
  expect(init('--trace-content', one, '--trace-rules', 'ours.txt')).toMatchObject({
    traceContent: { observers: [one], rules: '/there/ours.txt' }
  })
  expect(() => init('--trace-rules', 'ours.txt')).toThrow('goes with --trace-content')
})
