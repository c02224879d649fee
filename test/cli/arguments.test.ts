import { expect, test } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { defineCommand } from '../../src/cli/command.ts'

const command = defineCommand({
  name: 'try',
  summary: 'try',
  words: [
    { name: 'what', about: 'a thing', choices: ['skill', 'plan'] },
    { name: 'more', about: 'more', optional: true }
  ],
  options: {
    to: { type: 'string', about: 'to' },
    peer: { type: 'string', multiple: true, about: 'peers' },
    level: { type: 'string', choices: ['low', 'high'], about: 'level' },
    port: { type: 'string', value: '<port>', lone: '9464', about: 'port' },
    watch: { type: 'boolean', short: 'w', about: 'watch' }
  },
  json: '',
  examples: [],
  run: () => Promise.resolve()
})

const read = (...args: string[]) => readArguments(command, args)

test('options may stand anywhere; repeated ones become a list', () => {
  const { values, words } = read('--peer', 'a', 'skill', '-w', '--peer=b', 'x', '--json')
  expect(values).toMatchObject({ peer: ['a', 'b'], watch: true, json: true, to: undefined })
  expect(words).toEqual(['skill', 'x'])
})

test('what is not given is false, an empty list, or undefined', () => {
  expect(read('skill').values).toMatchObject({ watch: false, peer: [], to: undefined, help: false })
})

test('a lone dash is a value, and so is what follows an equals sign', () => {
  expect(read('skill', '--to', '-').values).toMatchObject({ to: '-' })
  expect(read('skill', '--to=--odd').values).toMatchObject({ to: '--odd' })
})

test('after two dashes everything is a word', () => {
  expect(read('skill', '--', '--to').words).toEqual(['skill', '--to'])
})

test.for([
  [['skill', '--tu', 'x'], 'unknown option --tu. Did you mean --to?'],
  [['skill', '--constructor'], 'unknown option --constructor'],
  [['skill', '-x'], 'unknown option -x'],
  [['skill', '--to'], '--to needs a value'],
  [['skill', '--to', '--watch'], '--to needs a value'],
  [['skill', '--watch=yes'], '--watch takes no value'],
  [['skill', '--level', 'hihg'], '--level is one of low, high; not "hihg". Did you mean high?'],
  [['skil'], '"skil" is none of skill, plan. Did you mean skill?'],
  [[], 'which what?'],
  [['skill', 'a', 'b'], 'one word too many: "b"']
] as const)('%j is refused', ([args, message]) => {
  expect(() => read(...args)).toThrow(message)
  expect(() => read(...args)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
})

test.for([
  [['--port'], '9464'],
  [['--port', '--watch'], '9464'],
  [['--port', '1'], '1'],
  [['--port=2', '-w'], '2']
] as const)('%j: an option that may stand alone is %s', ([args, port]) => {
  expect(readArguments(command, ['plan', ...args]).values).toMatchObject({ port })
})

test('help needs no words', () => {
  expect(read('--help').values).toMatchObject({ help: true })
})
