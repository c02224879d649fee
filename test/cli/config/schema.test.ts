import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COMMON } from '../../../src/cli/command.ts'
import { keysOf } from '../../../src/cli/config/key.ts'
import { configSchema, jsonSchema } from '../../../src/cli/config/schema.ts'
import { UP_OPTIONS } from '../../../src/cli/up-options.ts'
import { compileSchema } from '../../../src/tasks/schema.ts'

const keys = keysOf({ ...UP_OPTIONS, ...COMMON })

test('the schema in docs/ is the one of the code', () => {
  const written = JSON.parse(readFileSync('docs/config.schema.json', 'utf8')) as unknown
  const hint = 'peerwork config schema > docs/config.schema.json'
  expect(written, `write it again with: ${hint}`).toEqual(jsonSchema(keys))
})

test('every option of up has a key, described', () => {
  const { properties } = jsonSchema(keys) as { properties: Record<string, { description: string }> }
  const apart = ['config', 'json', 'debug', 'help', 'no-mdns']
  const options = Object.keys({ ...UP_OPTIONS, ...COMMON }).filter((name) => !apart.includes(name))
  const told = Object.values(properties).map(({ description }) => description)
  for (const option of options) {
    expect(told.some((text) => text.endsWith(` As --${option}.`))).toBe(true)
  }
})

test('the JSON Schema and the code agree on what is right', () => {
  const check = compileSchema(jsonSchema(keys))
  const schema = configSchema(keys)
  const good = { open: true, capacity: 4, drain: '30s', listen: ['/ip4/0.0.0.0/tcp/4001'] }
  const bad = [
    { opn: true },
    { capacity: '4' },
    { listen: 'x' },
    { preset: 'moon' },
    { drain: true }
  ]
  expect([check(good), schema.safeParse(good).success]).toEqual([undefined, true])
  for (const value of bad) {
    expect(check(value)).toBeTypeOf('string')
    expect(schema.safeParse(value).success).toBe(false)
  }
})
