import { expect, test } from 'vitest'
import {
  decodeRecord,
  encodeRecord,
  learnAll,
  learnAndKeep,
  loadRoster
} from '../../../src/node/membership/load-roster.ts'
import { MemberStore } from '../../../src/node/membership/store.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { ADA_SHOWS, asAda, BEN_SHOWS, ben, cat, credentialOf, eve, LAB } from './people.ts'
import { NOW, outBy, owner, tempDir } from './people.ts'

const own = { network: LAB, owner: owner.id, credential: ADA_SHOWS, addresses: [] }
const now = (): number => NOW

test('a roster is the same after a restart, changed keys and revocations too', () => {
  const home = tempDir()
  const succession = sealSuccession(LAB, NOW, { before: ben, after: cat })
  const records = [
    { member: BEN_SHOWS },
    { member: { ...BEN_SHOWS, succession } },
    outBy(eve, asAda())
  ]
  {
    using store = new MemberStore(home)
    const roster = loadRoster(store, own, now)
    expect(learnAll(roster, store, { records, wrong: () => expect.fail('wrong') })).toHaveLength(3)
  }
  using store = new MemberStore(home)
  const roster = loadRoster(store, own, now)
  expect(roster.of(cat.id)).toMatchObject({ name: 'ben' })
  expect(roster.revocations.latest(eve.id)).toBe(NOW)
  expect(roster.size).toBe(4)
})

test('what counts no more leaves the file as well', () => {
  using store = new MemberStore(tempDir())
  const roster = loadRoster(store, own, now)
  learnAndKeep(roster, store, { member: BEN_SHOWS })
  learnAndKeep(roster, store, { member: credentialOf(ben, 'ben', {}, asAda(NOW + 1)) })
  expect(store.records()).toHaveLength(1)
  learnAndKeep(roster, store, { member: BEN_SHOWS })
  expect(store.records()).toHaveLength(1)
})

test('what is wrong is told and passed over, and the rest is kept', () => {
  using store = new MemberStore(undefined)
  const roster = loadRoster(store, own, now)
  const forged = { member: { certificate: BEN_SHOWS.certificate } }
  const wrong: unknown[] = []
  const records = [forged, { member: BEN_SHOWS }]
  const news = learnAll(roster, store, { records, wrong: (error) => wrong.push(error) })
  expect(news).toHaveLength(1)
  expect(wrong).toMatchObject([{ code: 'NOT_A_MEMBER' }])
  expect(() => learnAndKeep(roster, store, forged)).toThrow(/admin/)
})

test('a clock that is behind for one start forgets nobody who was put out', () => {
  using store = new MemberStore(undefined)
  const records = [{ member: BEN_SHOWS }, outBy(ben, asAda())]
  learnAll(loadRoster(store, own, now), store, {
    records,
    wrong: () => expect.fail('wrong')
  })
  const behind = loadRoster(store, own, () => NOW - 600_000)
  expect(behind.may(ben.id, 'submit')).toBe(false)
  expect(behind.trust.now).toBe(NOW - 600_000)
  expect(store.records()).toHaveLength(2)
  expect(loadRoster(store, own, now).revocations.latest(ben.id)).toBe(NOW)
})

test('a record that rots in the file is left out, and no reason not to start', () => {
  using store = new MemberStore(undefined)
  store.change([{ id: new Uint8Array(32), value: Uint8Array.of(1, 2, 3) }], [])
  expect(loadRoster(store, own, now).size).toBe(1)
  expect(store.records()).toEqual([])
})

test('a record is read as it was written, and nothing else is', () => {
  const record = outBy(ben, asAda())
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
  expect(() => decodeRecord(Uint8Array.of(0xa0))).toThrow(/record/)
})
