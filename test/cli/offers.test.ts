import { expect, test } from 'vitest'
import { findOffer, offersOf } from '../../src/cli/offers.ts'
import { BOB, ControlDouble } from '../node/control-double.ts'

test('offers name who makes them', async () => {
  const [offer] = await offersOf(new ControlDouble())
  expect(offer).toMatchObject({ skill: { name: 'shout' }, by: { id: BOB, self: false } })
})

test('an offer is found by skill, and by who is meant', async () => {
  const agent = new ControlDouble()
  const find = (skill: string, to?: string) => findOffer(agent, { skill, to, waitMs: 50 })
  expect(await find('shout')).toMatchObject({ name: 'shout' })
  expect(await find('shout', 'bob')).toBeDefined()
  expect(await find('shout', BOB.slice(0, 16))).toBeDefined()
})

test('an offer that does not come in time is none', async () => {
  const agent = new ControlDouble()
  expect(await findOffer(agent, { skill: 'sing', to: undefined, waitMs: 50 })).toBeUndefined()
  expect(await findOffer(agent, { skill: 'shout', to: 'eve', waitMs: 50 })).toBeUndefined()
})
