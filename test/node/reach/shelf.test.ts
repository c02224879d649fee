import { expect, test } from 'vitest'
import { Shelf } from '../../../src/node/reach/shelf.ts'

const HOUR_MS = 60 * 60_000

function guarded(shelf: Shelf) {
  const added: string[] = []
  const providers = {
    addProvider: (cid: { toString(): string }, _peer: { toString(): string }) => {
      added.push(cid.toString())
      return Promise.resolve()
    }
  }
  shelf.guard(providers)
  return { added, providers }
}

test('presences are kept until there are too many, and there is room again after an hour', () => {
  let now = 0
  const shelf = new Shelf(() => now)
  for (let n = 0; n < 2_048; n++) shelf.take(`peer-${n}`)
  expect(() => shelf.take('one-more')).toThrow(/2048 presences/)
  shelf.take('peer-7')
  now += HOUR_MS
  shelf.take('one-more')
})

test('one peer provides so many skills and no more, whatever others do', async () => {
  const shelf = new Shelf(() => 0)
  const { added, providers } = guarded(shelf)
  for (let n = 0; n < 64; n++) await providers.addProvider(`skill-${n}`, 'greedy')
  await expect(providers.addProvider('skill-64', 'greedy')).rejects.toThrow(/skills of one peer/)
  await providers.addProvider('skill-3', 'greedy')
  await providers.addProvider('skill-64', 'modest')
  expect(added).toHaveLength(66)
})

test('all together provide so many skills, until some are old', async () => {
  let now = 0
  const { providers } = guarded(new Shelf(() => now))
  for (let peer = 0; peer < 256; peer++) {
    for (let n = 0; n < 64; n++) await providers.addProvider(`skill-${n}`, `peer-${peer}`)
  }
  await expect(providers.addProvider('skill', 'late')).rejects.toMatchObject({ code: 'BUSY' })
  now += HOUR_MS
  await providers.addProvider('skill', 'late')
})
