import { expect, test } from 'vitest'
import { Settling } from '../../../src/node/membership/settling.ts'

const make = (hasOthers: boolean, elapsed = () => performance.now()) =>
  new Settling({ elapsed, hasOthers: () => hasOthers })

test('when nobody else could know more, nobody waits', () => {
  expect(make(false).before('bob')).toBeUndefined()
})

test('sessions of one wait until another was asked', async () => {
  const settling = make(true)
  settling.met('bob')
  const wait = settling.before('bob')
  expect(wait).toBeInstanceOf(Promise)
  // Of another one there is somebody who was asked: bob.
  expect(settling.before('carol')).toBeUndefined()
  settling.met('carol')
  await wait
  expect(settling.before('bob')).toBeUndefined()
})

test('nobody waits long: who asks may be the only one that is up', async () => {
  const begun = performance.now()
  const settling = make(true)
  await settling.before('bob')
  expect(performance.now() - begun).toBeGreaterThan(2_900)
  expect(settling.before('bob')).toBeUndefined()
})
