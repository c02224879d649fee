import { expect, test } from 'vitest'
import { Refusals } from '../../../src/observer/collect/refusals.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { MemoryStore } from './memory-store.ts'

const error = new PeerworkError('SIGNATURE_INVALID', 'forged')

test('refusals are noted together, under a name only if something is known of it', async () => {
  const memory = new MemoryStore()
  const refusals = new Refusals({ store: memory.store, knows: (by) => by === 'alice' })
  for (let nth = 0; nth < 5; nth++) refusals.note({ kind: 'refused', error, by: 'alice' })
  refusals.note({ kind: 'refused', error, by: 'made up' })
  refusals.note({ kind: 'refused', error })
  refusals.count('bob', 'BUSY')
  await refusals.stop()
  const noted = (await memory.holdings()).map(({ by, refused }) => [by, refused])
  expect(noted).toEqual([
    ['alice', { SIGNATURE_INVALID: 5 }],
    ['unknown', { SIGNATURE_INVALID: 2 }],
    ['bob', { BUSY: 1 }]
  ])
})

test('many kinds at once are one kind', async () => {
  const memory = new MemoryStore()
  const refusals = new Refusals({ store: memory.store, knows: () => true })
  for (let nth = 0; nth < 1_000; nth++) refusals.count(`producer ${nth}`, 'BUSY')
  await refusals.stop()
  const holdings = await memory.holdings()
  expect(holdings).toHaveLength(257)
  expect(holdings.at(-1)?.refused).toEqual({ BUSY: 744 })
})

test('what the store does not note is noted with the next, all of it', async () => {
  const memory = new MemoryStore()
  memory.deaf = 1
  const refusals = new Refusals({ store: memory.store, knows: () => true })
  for (let nth = 0; nth < 1_000; nth++) refusals.count('alice', 'BUSY')
  await refusals.stop()
  await refusals.stop()
  expect((await memory.holdings()).map(({ refused }) => refused)).toEqual([{ BUSY: 1_000 }])
})
