import { expect, test } from 'vitest'
import { keysOf } from '../../../src/cli/config/key.ts'

const about = 'x'

test('every option is a key in camel case, with a variable of its own', () => {
  const keys = keysOf({
    'skill-config': { type: 'string', about },
    skill: { type: 'string', multiple: true, about }
  })
  expect(keys).toMatchObject([
    { name: 'skillConfig', env: 'PEERWORK_SKILL_CONFIG', option: 'skill-config' },
    { name: 'skills', env: 'PEERWORK_SKILLS', option: 'skill' }
  ])
})

test('an option and its negation are one key, in whichever order they come', () => {
  const spec = { type: 'boolean', about } as const
  const pair = { name: 'mdns', option: 'mdns', negation: 'no-mdns' }
  expect(keysOf({ mdns: spec, 'no-mdns': spec })).toMatchObject([pair])
  expect(keysOf({ 'no-mdns': spec, mdns: spec })).toMatchObject([pair])
  expect(keysOf({ 'no-dht': spec })).toMatchObject([
    { name: 'dht', option: undefined, negation: 'no-dht' }
  ])
})

test('what is about one command line alone is no key', () => {
  const spec = { type: 'boolean', about } as const
  expect(
    keysOf({ json: spec, debug: spec, help: spec, config: { type: 'string', about } })
  ).toEqual([])
})
