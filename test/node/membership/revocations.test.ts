import { expect, test } from 'vitest'
import { Revocations } from '../../../src/node/membership/revocations.ts'
import { openNotice } from '../../../src/protocol/membership/revocation.ts'
import type { Notice } from '../../../src/protocol/membership/revocation.ts'
import { certify } from '../../../src/node/membership/issue.ts'
import type { Signer } from '../../../src/node/membership/issue.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { ada, asAda, asOwner, ben, facts, LAB, NOW, outBy, owner } from './people.ts'
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

const nobody = (): boolean => false

test('when there are too many, what counts least goes first', () => {
  const revocations = new Revocations(owner.id)
  const [one, two, three, gone] = [31, 32, 33, 34].map((byte) => secretOf(byte).identity)
  for (const [who, signer] of [
    [one, asOwner(NOW)],
    [two, asAda(NOW + 1)],
    [gone, asOwner(NOW + 2)],
    [three, asAda(NOW + 8)],
    [ada, asOwner(NOW + 5)]
  ] as const) {
    add(revocations, outBy(who!, signer))
  }
  // The one that ada signed after she was put out is void; then what has no effect; then hers; the
  // owner's last of all.
  const order = [1, 2, 3].map(() => revocations.shed((id) => id === gone!.id)?.body.member)
  expect(order).toEqual([three!.id, gone!.id, two!.id])
  revocations.shed(nobody)
  revocations.shed(nobody)
  expect(revocations.shed(nobody)).toBeUndefined()
  expect(revocations.size).toBe(0)
})

test('of those that count, whoever signed most gives up its newest', () => {
  const revocations = new Revocations(owner.id)
  const cat = { ...asAda(), identity: secretOf(25).identity }
  const CAT_SHOWS = certify(facts(cat.identity, 'cat', { roles: ROLES }), asOwner(NOW))
  const asCat = (now: number): Signer => ({ ...cat, now, credential: CAT_SHOWS })
  const ids = [41, 42, 43, 44].map((byte) => secretOf(byte).identity)
  add(revocations, outBy(ids[0]!, asAda(NOW + 1)))
  add(revocations, outBy(ids[1]!, asCat(NOW + 2)))
  add(revocations, outBy(ids[2]!, asCat(NOW + 9)))
  add(revocations, outBy(ids[3]!, asCat(NOW + 5)))
  expect(revocations.shed(nobody)?.body.member).toBe(ids[2]!.id)
  expect(revocations.shed(nobody)?.body.member).toBe(ids[3]!.id)
  expect(revocations.outOf(ids[0]!.id, NOW, false)).toBeDefined()
})
