import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { toRequest } from '../../../src/node/request.ts'
import { Trip } from '../../../src/node/routing/trip.ts'
import { TaskHandle } from '../../../src/node/task-handle.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'

const busy = new PeerworkError('BUSY', 'full')
const lost = new PeerworkError('PEER_LOST', 'gone')

function begin(): Trip {
  const options = { deadline: 10_000, budget: { tokens: 10 } }
  const request = toRequest({ skill: 'chat', input: 'hello' }, options, systemClock)
  return new Trip(request, new TaskHandle(request.id), { begin: 0, now: 1_000 })
}

test('the next peer gets what is left of time and budget; those before had their turn', () => {
  const trip = begin()
  trip.note('a', lost)
  trip.handle.spend({ cpuMs: 0, tokens: 4, cost: 0 })
  expect(trip.further(3_000)).toBe(true)
  expect(trip.request.budget).toMatchObject({ wallMs: 8_000, tokens: 6 })
  expect([...(trip.request.tried ?? [])]).toEqual(['a'])
  trip.goTo('b', 'PEER_LOST')
  expect(trip).toMatchObject({ attempt: 2, again: false, after: 'PEER_LOST' })
  expect(trip.further(10_960)).toBe(false)
})

test('those that were full have another turn, and count as one peer each', () => {
  const trip = begin()
  trip.note('a', busy)
  trip.full('a', 1_500)
  trip.goTo('b', 'BUSY')
  trip.note('b', busy)
  trip.full('b', 1_200)
  trip.note('c', lost)
  expect(trip.due).toBe(1_200)
  trip.anew()
  expect(trip.due).toBeUndefined()
  expect(trip.further(2_000)).toBe(true)
  expect([...(trip.request.tried ?? [])]).toEqual(['c'])
  trip.goTo('a', 'BUSY')
  expect(trip).toMatchObject({ attempt: 2, again: true })
})

test('four peers may fail with it, none counted twice, and sixteen may turn it down', () => {
  const failing = begin()
  for (const peer of ['a', 'a', 'b', 'c']) failing.note(peer, lost)
  expect(failing.further(2_000)).toBe(true)
  failing.note('d', lost)
  expect(failing.further(2_000)).toBe(false)
  const refused = begin()
  for (let n = 0; n < 16; n++) refused.note(`${n}`, busy)
  expect(refused.further(2_000)).toBe(false)
})
