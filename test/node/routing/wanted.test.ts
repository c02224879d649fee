import { expect, test } from 'vitest'
import { costOf, misfit } from '../../../src/node/routing/wanted.ts'
import type { Wanted } from '../../../src/node/routing/wanted.ts'
import { digest } from '../../../src/protocol/canonical.ts'
import { alice, bob, cardBody } from '../../protocol/samples.ts'
import { createField } from './field.ts'

const wanted: Wanted = { skill: 'shout', trust: 'anybody' }

test('each thing that a peer lacks is named', async () => {
  const price = { perThousandTokens: 2, perTask: 1 }
  const skills = cardBody().skills.map((offer) => ({ ...offer, models: ['small'], price }))
  const field = await createField({ skills })
  const [peer] = field.peers.all()
  if (peer === undefined) throw new Error('nobody there')
  const why = (change: Partial<Wanted>) => misfit({ ...wanted, ...change }, peer, field.around)
  expect(why({})).toBeUndefined()
  expect(why({ skill: 'sing' })).toBe('does not offer "sing"')
  expect(why({ trust: 'listed' })).toBe('is not on the allow list')
  expect(why({ tried: new Set([alice.id]) })).toBe('had its turn')
  expect(why({ models: ['small', 'large'] })).toBeUndefined()
  expect(why({ models: ['large', 'huge'] })).toBe('has no model large or huge')
  expect(why({ tags: ['text', 'fast'] })).toBe('has no tag fast')
  expect(why({ budget: { cost: 2.9 } })).toBe('asks 3, and 2.9 is to be spent')
  expect(why({ budget: { cost: 2, tokens: 500 } })).toBeUndefined()
  const input = Buffer.from('1')
  const path = [{ from: bob.id, skill: 'shout', input: digest(input) }]
  expect(why({ input, path })).toBeUndefined()
  const circle = [{ from: alice.id, skill: 'shout', input: digest(input) }]
  expect(why({ input, path: circle })).toBe('works on the same task further up')
  field.listed.add(alice.id)
  expect(why({ trust: 'listed' })).toBeUndefined()
})

test('a price is for the task, its tokens, or both; no price is none', () => {
  expect(costOf({}, wanted)).toBe(0)
  expect(costOf({ price: { perTask: 2 } }, wanted)).toBe(2)
  expect(costOf({ price: { perThousandTokens: 2 } }, wanted)).toBe(2)
  const budget = { tokens: 2_500 }
  expect(costOf({ price: { perTask: 1, perThousandTokens: 2 } }, { ...wanted, budget })).toBe(6)
})
