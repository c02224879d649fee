import { expect, test } from 'vitest'
import { pick } from '../../../src/node/choose.ts'
import { explain } from '../../../src/node/routing/explain.ts'
import { alice, bob, mallory } from '../../protocol/samples.ts'
import { createField } from './field.ts'
import type { Field } from './field.ts'

const wanted = { id: 's', skill: 'shout', trust: 'anybody' } as const
const asBob = { from: bob.id, name: 'bob' }
const told = ({ around }: Field, change: object = {}) => {
  const want = { ...wanted, ...change }
  return explain(want, around, pick(want, around))
}

test('a single candidate is told with its points, which make its score', async () => {
  const field = await createField({}, { ...asBob, skills: [] })
  const { chosen, candidates, others } = told(field)
  expect([chosen, others]).toEqual([alice.id, 1])
  expect(candidates).toMatchObject([{ peer: alice.id, state: 'chosen', why: 'the only one' }])
  const { standing = 0, load = 0, price = 0, distance = 0, link = 0 } = candidates[0]?.points ?? {}
  expect(standing + load + price + distance + link).toBeCloseTo(candidates[0]?.score ?? 0, 1)
})

test.each([
  ['load', (field: Field) => field.busy.set(bob.id, 4), /most for load \(250 % full/],
  [
    'standing',
    (field: Field) => field.history.note(bob.id, 'lost'),
    /most for standing \(1\.0 fail/
  ],
  ['distance', (field: Field) => field.rtt.set(bob.id, 400), /for distance \(400\.0 ms away\)/]
])('the loser hears that it lost for %s', async (_part, spoil, why) => {
  const field = await createField({}, asBob)
  spoil(field)
  const { chosen, candidates } = told(field)
  expect(chosen).toBe(alice.id)
  expect(candidates.map(({ state }) => state)).toEqual(['chosen', 'next'])
  expect(candidates[0]?.why).toBe('the best of 2')
  expect(candidates[1]?.why).toMatch(why)
})

test('equals hear that it was the turn of the other', async () => {
  const { candidates } = told(await createField({}, asBob))
  expect(candidates[1]?.why).toBe('as good as the winner, whose turn it was')
})

test('who is left out hears why: list, model, input, name', async () => {
  const field = await createField({}, asBob)
  field.listed.add(bob.id)
  expect(told(field).candidates[1]?.why).toBe('not on the allow list, as the winner is')
  field.picky.add(bob.id)
  expect(told(field)).toMatchObject({
    chosen: alice.id,
    candidates: [{ state: 'left out', why: expect.stringContaining('at /text') as string }, {}]
  })
  expect(told(field, { to: 'alice' }).candidates[1]).toMatchObject({
    ...{ peer: bob.id, state: 'left out', why: 'is not the one that was named' }
  })
  const nobody = told(field, { models: ['large'] })
  expect(nobody.chosen).toBeNull()
  expect(nobody.candidates.every(({ why }) => why === 'has no model large')).toBe(true)
})

test('a crowd is told up to the height of a screen', async () => {
  const field = await createField({}, asBob, { from: mallory.id, name: 'mallory', skills: [] })
  expect(told(field).others).toBe(1)
  expect(told(field).candidates).toHaveLength(2)
})
