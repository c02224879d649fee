import { expect, test } from 'vitest'
import { PunchRate } from '../../../src/node/reach/punch-rate.ts'

test('one peer may ask three times, and then once a minute', () => {
  let now = 0
  const rate = new PunchRate(() => now)
  for (let n = 0; n < 3; n++) rate.admit('eager')
  expect(() => rate.admit('eager')).toThrow(expect.objectContaining({ code: 'BUSY' }))
  rate.admit('other')
  now += 60_000
  rate.admit('eager')
  expect(() => rate.admit('eager')).toThrow(/too many/)
})

test('however many ids somebody makes up, all together are bounded', () => {
  let now = 0
  const rate = new PunchRate(() => now)
  for (let n = 0; n < 16; n++) rate.admit(`peer-${n}`)
  expect(() => rate.admit('one-more')).toThrow(/too many/)
  now += 2_000
  rate.admit('later')
})
