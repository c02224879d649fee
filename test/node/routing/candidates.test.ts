import { expect, test } from 'vitest'
import { fitting, ranked } from '../../../src/node/routing/candidates.ts'
import type { Wanted } from '../../../src/node/routing/wanted.ts'
import { alice, bob, cardBody } from '../../protocol/samples.ts'
import { createField } from './field.ts'
import type { Field } from './field.ts'

const wanted: Wanted = { skill: 'shout', trust: 'anybody' }
const asBob = { from: bob.id, name: 'bob' }
const order = ({ peers, around }: Field, want = wanted): string[] =>
  ranked(peers.all(), want, { around, seed: 's' }).map(({ facts }) => facts.peer.name)
const factsOf = ({ peers, around }: Field, want = wanted) =>
  ranked(peers.all(), want, { around, seed: 's' }).map(({ facts }) => facts)

test('only who offers the skill fits, and of a name only its bearer', async () => {
  const field = await createField({}, { ...asBob, skills: [] })
  const names = (want: Wanted) => fitting(want, field.around).map(({ name }) => name)
  expect(names(wanted)).toEqual(['alice'])
  expect(names({ ...wanted, to: 'alice' })).toEqual(['alice'])
  expect(names({ ...wanted, to: 'bob' })).toEqual([])
  expect(names({ ...wanted, to: field.around.self })).toEqual([])
})

test('what a peer says of its load fades, what we know of our own tasks does not', async () => {
  const field = await createField({ load: { running: 4, queued: 4, capacity: 4 } })
  const fill = () => factsOf(field)[0]?.fill
  expect(fill()).toBeCloseTo(9 / 4)
  field.clock.now = 30_000
  expect(fill()).toBeCloseTo(5 / 4)
  field.clock.now = 1e9
  expect(fill()).toBeCloseTo(1 / 4)
  field.busy.set(alice.id, 3)
  expect(fill()).toBeCloseTo(4 / 4)
})

test('a peer that sent us away comes last until its time is over', async () => {
  const field = await createField({}, { ...asBob, load: { running: 4, queued: 8, capacity: 4 } })
  expect(order(field)).toEqual(['alice', 'bob'])
  field.resting.add(alice.id)
  expect(order(field)).toEqual(['bob', 'alice'])
})

test('the nearer of two equals wins, measured or not yet', async () => {
  const field = await createField({}, asBob)
  field.rtt.set(alice.id, 200)
  expect(order(field)).toEqual(['bob', 'alice'])
  field.rtt.set(bob.id, 900)
  expect(order(field)).toEqual(['alice', 'bob'])
})

test('the cheaper of two equals wins, for the tokens that the task may take', async () => {
  const skills = (perTask: number, perThousandTokens: number) =>
    cardBody().skills.map((offer) => ({ ...offer, price: { perTask, perThousandTokens } }))
  const field = await createField({ skills: skills(4, 1) }, { ...asBob, skills: skills(0, 3) })
  expect(order(field, { ...wanted, budget: { tokens: 1_000 } })).toEqual(['bob', 'alice'])
  expect(order(field, { ...wanted, budget: { tokens: 10_000 } })).toEqual(['alice', 'bob'])
})

test('a capacity beyond belief counts as a large one', async () => {
  const field = await createField({ load: { running: 0, queued: 0, capacity: 1e9 } })
  field.busy.set(alice.id, 1_023)
  expect(factsOf(field)[0]?.fill).toBe(1)
})
