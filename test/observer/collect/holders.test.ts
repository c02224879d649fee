import { expect, test } from 'vitest'
import { Asked, Holders } from '../../../src/observer/collect/holders.ts'

const log = { by: 'alice', boot: '01' }
const held = (from: number, to: number, by = 'alice') => ({
  ...{ by, boot: '01', ranges: [{ from, to }], forks: [] }
})
/** Nothing is held yet. */
const everything = {
  missing: (_: unknown, claimed: readonly { from: number; to: number }[]) => claimed
}

test('the producer is asked for its own log, others for what it has not', () => {
  const holders = new Holders()
  holders.told('alice', [held(50, 100)])
  holders.told('observer', [held(0, 80)])
  expect(holders.ask('alice', everything)).toEqual({ ...log, ranges: [{ from: 50, to: 100 }] })
  expect(holders.ask('observer', everything)).toEqual({ ...log, ranges: [{ from: 0, to: 50 }] })
  holders.gone('alice')
  expect(holders.ask('observer', everything)).toEqual({ ...log, ranges: [{ from: 0, to: 80 }] })
  expect(holders.ask('alice', everything)).toBeUndefined()
})

test('whoever did not have what it said is not asked again, until it says so anew', () => {
  const holders = new Holders()
  holders.told('observer', [held(0, 80)])
  holders.lacks('observer', { ...log, ranges: [{ from: 0, to: 80 }] })
  expect(holders.ask('observer', everything)).toBeUndefined()
  holders.told('observer', [held(0, 80)])
  expect(holders.ask('observer', everything)).toBeDefined()
})

test('a list that goes on adds to what was told, and a new one takes its place', () => {
  const holders = new Holders()
  holders.told('observer', [held(0, 80)])
  holders.told('observer', [held(0, 9, 'bob')], true)
  const asked = () => {
    const ask = holders.ask('observer', everything)
    if (ask !== undefined) holders.lacks('observer', ask)
    return ask?.by
  }
  expect([asked(), asked(), asked()]).toEqual(['alice', 'bob', undefined])
  holders.told('observer', [held(0, 80)])
  holders.told('observer', [held(0, 9, 'bob')])
  expect([asked(), asked()]).toEqual(['bob', undefined])
})

test('one question has so many ranges', () => {
  const holders = new Holders()
  const ranges = Array.from({ length: 100 }, (_, nth) => ({ from: nth * 10, to: nth * 10 + 5 }))
  holders.told('observer', [{ ...log, ranges, forks: [] }])
  expect(holders.ask('observer', everything)?.ranges).toEqual(ranges.slice(0, 32))
})

test('what is asked for already is left out, as long as it is', () => {
  const asked = new Asked()
  const ask = { ...log, ranges: [{ from: 10, to: 20 }] }
  asked.add(ask)
  const wanted = [{ from: 0, to: 30 }]
  expect(asked.others(log, wanted)).toEqual([
    { from: 0, to: 10 },
    { from: 20, to: 30 }
  ])
  expect(asked.others({ ...log, boot: '02' }, wanted)).toEqual(wanted)
  asked.remove(ask)
  expect(asked.others(log, wanted)).toEqual(wanted)
})

test('a log that is told of in pieces is one', () => {
  const holders = new Holders()
  holders.told('observer', [held(0, 10), held(20, 30)])
  const ranges = [
    { from: 0, to: 10 },
    { from: 20, to: 30 }
  ]
  expect(holders.ask('observer', everything)).toEqual({ ...log, ranges })
})
