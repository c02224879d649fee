import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import type { AgentInit } from '../../src/node/api.ts'
import { toOptions } from '../../src/node/options.ts'
import { PRESETS } from '../../src/node/presets.ts'
import { alice } from '../protocol/samples.ts'

test('everything has a default: a LAN agent that takes work from nobody', () => {
  expect(toOptions({})).toMatchObject({
    ...{ network: 'home', preset: PRESETS.lan, mdns: true, listen: PRESETS.lan.listen },
    ...{ bootstrap: [], skills: [], allow: [], open: false, queue: 64, control: false },
    ...{ capacity: availableParallelism(), logLevel: 'silent', home: undefined }
  })
})

test('what is given wins over the preset; a home brings a control socket', () => {
  const listen = ['/ip4/127.0.0.1/tcp/4001']
  const options = toOptions({ preset: 'internet', listen, mdns: true, home: '/h' })
  expect(options).toMatchObject({ preset: PRESETS.internet, listen, mdns: true, control: true })
  expect(toOptions({ home: '/h', control: false }).control).toBe(false)
})

test('a skill may be a path or a path with settings', () => {
  const settings = { file: 'b.ts', secrets: { KEY: 'x' } }
  expect(toOptions({ skills: ['a.ts', settings] }).skills).toEqual([{ file: 'a.ts' }, settings])
})

test.for([
  ['preset', { preset: 'moon' as 'lan' }, 'BAD_OPTION'],
  ['name', { name: '\u001b[2J' }, 'BAD_OPTION'],
  ['no agent name: letters, digits', { name: '' }, 'BAD_OPTION'],
  ['no network name: lower-case', { network: 'My Network' }, 'BAD_OPTION'],
  ['allow', { allow: [alice.id, 'bob'] }, 'BAD_OPTION'],
  ['capacity', { capacity: 0 }, 'BAD_OPTION'],
  ['capacity', { capacity: 1.5 }, 'BAD_OPTION'],
  ['capacity', { capacity: 100_000 }, 'BAD_OPTION'],
  ['queue', { queue: -1 }, 'BAD_OPTION'],
  ['', { bootstrap: ['example.org:4001'] }, 'BAD_ADDRESS']
] as [string, AgentInit, string][])('a bad %s is refused by name', ([name, init, code]) => {
  expect(() => toOptions(init)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(name) })
  )
})

test('contents are told to nobody unless observers are named, by their ids', () => {
  expect(toOptions({}).traceContent).toBeUndefined()
  const { id } = alice
  expect(toOptions({ traceContent: { observers: [id] } }).traceContent).toMatchObject({
    observers: [id]
  })
  for (const observers of [[], ['bob']]) {
    const refused = expect.objectContaining({ code: 'BAD_OPTION' }) as Error
    expect(() => toOptions({ traceContent: { observers } })).toThrow(refused)
  }
  const rules = '/nowhere/rules.txt'
  expect(() => toOptions({ traceContent: { observers: [id], rules } })).toThrow(rules)
})
