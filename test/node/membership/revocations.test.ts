import { expect, test } from 'vitest'
import { Revocations } from '../../../src/node/membership/revocations.ts'
import { openNotice } from '../../../src/protocol/membership/revocation.ts'
import type { Notice } from '../../../src/protocol/membership/revocation.ts'
import { ada, asAda, asOwner, ben, LAB, NOW, outBy, owner } from './people.ts'
import { secretOf } from './people.ts'

const trust = { network: LAB, owner: owner.id, now: NOW + 30_000 }
const noticeOf = (record: object): Notice => (record as { out: Notice }).out

function add(revocations: Revocations, record: object) {
  const notice = noticeOf(record)
  return revocations.add(notice, openNotice(notice, trust))
}

test('it counts from its moment on, for who was a member by then', () => {
  const revocations = new Revocations(owner.id)
  add(revocations, outBy(ben, asAda(NOW)))
  expect(revocations.outOf(ben.id, NOW, false)).toMatchObject({ from: ada.id })
  expect(revocations.outOf(ben.id, NOW + 1, false)).toBeUndefined()
  expect(revocations.outOf(ben.id, NOW, true)).toBeUndefined()
  expect(revocations.latest(ben.id)).toBe(NOW)
  expect(revocations.outOf(owner.id, 0, false)).toBeUndefined()
})

test('of one signer the last word counts, and the owner’s stays beside it', () => {
  const revocations = new Revocations(owner.id)
  const old = add(revocations, outBy(ben, asAda(NOW)))
  expect(old.news).toBe(true)
  const fresh = add(revocations, outBy(ben, asAda(NOW + 9)))
  expect(fresh.gone.map(({ body }) => body.issued)).toEqual([NOW])
  expect(add(revocations, outBy(ben, asAda(NOW))).news).toBe(false)
  add(revocations, outBy(ben, asOwner(NOW + 1)))
  expect(revocations.size).toBe(2)
})

test('when there are too many, what counts least goes first', () => {
  const revocations = new Revocations(owner.id)
  const [one, two, three] = [31, 32, 33].map((byte) => secretOf(byte).identity)
  if (one === undefined || two === undefined || three === undefined) throw new Error('nobody')
  add(revocations, outBy(one, asOwner(NOW)))
  add(revocations, outBy(two, asAda(NOW + 1)))
  add(revocations, outBy(three, asAda(NOW + 8)))
  add(revocations, outBy(ada, asOwner(NOW + 5)))
  // The one that ada signed after she was put out is void; then hers; the owner's last of all.
  const order = [revocations.shed(), revocations.shed(), revocations.shed()]
  expect(order.map((kept) => kept?.body.member)).toEqual([three.id, two.id, one.id])
  revocations.shed()
  expect(revocations.shed()).toBeUndefined()
  expect(revocations.size).toBe(0)
})
