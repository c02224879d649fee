import { expect, test } from 'vitest'
import { RecordBook } from '../../../src/node/membership/record-book.ts'
import { MemberStore } from '../../../src/node/membership/store.ts'
import { asAda, BEN_SHOWS, ben, credentialOf, eve, LAB, NOW, outBy, owner } from './people.ts'
import { tempDir } from './people.ts'
import { log } from './member-host.ts'

const own = { network: LAB, owner: owner.id, credential: BEN_SHOWS, addresses: [] }

function book(store = new MemberStore(undefined)): RecordBook {
  return new RecordBook({ self: ben.id, own, store, now: () => NOW, log })
}

test('a newer certificate of our own is taken over, from whomever it comes, and kept', () => {
  const home = tempDir()
  const store = new MemberStore(home)
  const mine = book(store)
  const fresh = credentialOf(ben, 'ben', {}, asAda(NOW + 5))
  expect(mine.learn([{ member: fresh }], eve.id)).toHaveLength(1)
  expect(mine.own?.credential).toEqual(fresh)
  mine.noteSeen([eve.id])
  mine.close()
  using again = new MemberStore(home)
  expect(again.own()?.credential).toEqual(fresh)
  expect(again.seen().get(eve.id)).toBe(NOW)
})

test('what a peer says wrongly is passed over; what the user says wrongly is told', () => {
  const mine = book()
  const forged = { member: { certificate: BEN_SHOWS.certificate } }
  expect(mine.learn([forged, outBy(eve, asAda())], eve.id)).toHaveLength(1)
  expect(() => mine.take(forged)).toThrow(/admin/)
})

test('a guest has no membership, and a roster all the same', () => {
  const guest = new RecordBook({
    ...{ self: eve.id, own: { network: LAB, owner: owner.id }, now: () => NOW, log },
    store: new MemberStore(undefined)
  })
  expect([guest.own, guest.membership]).toEqual([undefined, undefined])
  guest.learn([{ member: BEN_SHOWS }], ben.id)
  expect(guest.roster.may(ben.id, 'submit')).toBe(true)
})

test('a file that cannot be written stops nothing: the roster knows', () => {
  const store = new MemberStore(undefined)
  const mine = book(store)
  store[Symbol.dispose]()
  expect(mine.learn([outBy(ben, asAda())], eve.id)).toHaveLength(1)
  expect(mine.roster.may(ben.id, 'submit')).toBe(false)
  expect(() => mine.noteSeen([eve.id])).not.toThrow()
})
