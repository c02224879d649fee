import { expect, test } from 'vitest'
import { checkOpen, checkOwned } from '../../../src/node/membership/member-options.ts'
import { toOptions } from '../../../src/node/options.ts'
import { ben, eve, LAB, owner } from './people.ts'

const own = { network: LAB, owner: owner.id }

test('a member’s agent is in its network, by name or id or without a word', () => {
  for (const init of [{}, { network: 'lab' }, { network: LAB }]) {
    expect(() => checkOwned(toOptions(init), own)).not.toThrow()
  }
})

test.each([
  ['another network', { network: 'home' }, /another home/],
  ['open', { open: true }, /roles say who/],
  ['a list', { allow: [ben.id] }, /roles say who/],
  ['a file of a list', { allowFile: '/tmp/allow' }, /roles say who/]
])('%s does not fit a network with an owner', (_what, init, why) => {
  expect(() => checkOwned(toOptions(init), own)).toThrow(why)
})

test('nobody gets into a network with an owner by naming it', () => {
  expect(() => checkOpen(toOptions({ network: LAB }))).toThrow(/peerwork join/)
  expect(() => checkOpen(toOptions({ network: 'lab' }))).not.toThrow()
  expect(() => checkOwned(toOptions({}), { network: LAB, owner: eve.id })).toThrow(/another owner/)
})
