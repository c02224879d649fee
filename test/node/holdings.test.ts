import { expect, test } from 'vitest'
import { Holdings } from '../../src/node/holdings.ts'

const MIB = 1024 * 1024

test('a peer may have so many bytes held, and no more until some are given back', () => {
  const holdings = new Holdings()
  const backs = Array.from({ length: 8 }, () => holdings.take('bob', 16 * MIB))
  expect(() => holdings.take('bob', 1)).toThrow(
    expect.objectContaining({
      code: 'BUSY',
      facts: expect.objectContaining({ retryAfterMs: 2000 })
    })
  )
  backs[0]?.()
  expect(() => holdings.take('bob', 16 * MIB)).not.toThrow()
})

test('one peer at its bound does not lock out another, all together do', () => {
  const holdings = new Holdings()
  for (const peer of ['bob', 'carol', 'dave']) holdings.take(peer, 128 * MIB)
  expect(() => holdings.take('bob', 1)).toThrow(expect.objectContaining({ code: 'BUSY' }))
  expect(() => holdings.take('erin', 1)).toThrow(expect.objectContaining({ code: 'BUSY' }))
})

test('what fits can be asked before, and what is held', () => {
  const holdings = new Holdings({ what: 'output', peerBytes: 10, allBytes: 15 })
  const back = holdings.take('bob', 8)
  expect([holdings.of('bob'), holdings.of('carol')]).toEqual([8, 0])
  expect([holdings.fits('bob', 2), holdings.fits('bob', 3)]).toEqual([true, false])
  expect([holdings.fits('carol', 7), holdings.fits('carol', 8)]).toEqual([true, false])
  back()
  expect(holdings.of('bob')).toBe(0)
})
