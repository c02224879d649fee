import type { Connection } from '@libp2p/interface'
import { expect, onTestFinished, test } from 'vitest'
import { certify } from '../../../src/node/membership/issue.ts'
import { Renewal } from '../../../src/node/membership/renewal.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { openCredential } from '../../../src/protocol/membership/credential.ts'
import type { Credential } from '../../../src/protocol/membership/credential.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { asAda, ben, cat, facts, LAB, NOW, owner } from './people.ts'

const trust = { network: LAB, owner: owner.id, now: NOW, evenExpired: true }
const lasting = (lifeMs: number, now = NOW): Credential =>
  certify(facts(ben, 'ben'), { ...asAda(now), lifeMs })
const one = {} as Connection
const two = {} as Connection

function setUp(shown: Credential, ask: (admin: Connection) => Promise<Credential>, at = NOW) {
  const own = { now: shown }
  const failed: PeerworkError[] = []
  const renewal = new Renewal({
    now: () => at,
    own: () => ({ credential: own.now, membership: openCredential(own.now, trust) }),
    admins: () => [one, two],
    ask,
    adopt: (credential) => void (own.now = credential),
    failed: (error) => failed.push(error)
  })
  onTestFinished(() => renewal.stop())
  return { renewal, own, failed }
}

test('before half of its life nobody is asked', async () => {
  const { renewal } = setUp(lasting(10_000), () => expect.fail('asked'), NOW + 4_999)
  await renewal.look()
})

test('from then on, one admin after the other, until one renews it', async () => {
  const fresh = lasting(10_000, NOW + 5_000)
  const asked: Connection[] = []
  const { renewal, own, failed } = setUp(
    lasting(10_000),
    (admin) => {
      asked.push(admin)
      if (admin === one) return Promise.reject(new PeerworkError('NO_ADMIN', 'not me'))
      return Promise.resolve(fresh)
    },
    NOW + 5_001
  )
  await renewal.look()
  expect(asked).toEqual([one, two])
  expect(own.now).toBe(fresh)
  expect(failed.map(({ code }) => code)).toEqual(['NO_ADMIN'])
})

test('a changed key is confirmed at the first chance', async () => {
  const succession = sealSuccession(LAB, NOW, { before: ben, after: cat })
  const fresh = certify(facts(cat, 'ben'), asAda())
  const { renewal, own } = setUp({ ...lasting(10_000), succession }, () => Promise.resolve(fresh))
  await renewal.look()
  expect(own.now).toBe(fresh)
})

test('whoever could not be asked is asked again by itself', async () => {
  const heard = Promise.withResolvers<void>()
  let times = 0
  const { renewal } = setUp(
    lasting(1_000),
    () => {
      if (++times === 3) heard.resolve()
      return Promise.reject(new PeerworkError('PEER_LOST', 'gone'))
    },
    NOW + 600
  )
  await renewal.look()
  await heard.promise
})
