import { expect, test } from 'vitest'
import { Gate } from '../../../src/node/membership/gate.ts'
import type { GateOptions } from '../../../src/node/membership/gate.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import type { Hello } from '../../../src/protocol/membership/handshake.ts'
import {
  ada,
  ADA_SHOWS,
  asAda,
  BEN_SHOWS,
  ben,
  cat,
  certifyExpired,
  eve,
  grantOf
} from './people.ts'
import { LAB, linkBy, NOW, outBy, rosterOf } from './people.ts'

const BOOT = new Uint8Array(16).fill(1)
const hello = (change: Partial<Hello> = {}): Hello => ({
  ...{ v: 1, network: LAB, boot: new Uint8Array(16).fill(2), now: NOW, credential: BEN_SHOWS },
  ...change
})

function gate(change: Partial<GateOptions> = {}) {
  const notes: unknown[] = []
  const made = new Gate({
    ...{ self: ada.id, network: LAB, roster: rosterOf(), now: () => NOW, boot: BOOT },
    credential: () => ADA_SHOWS,
    redeem: () => Promise.resolve({ credential: BEN_SHOWS }),
    renewLate: () => {
      throw new PeerworkError('NO_ADMIN', 'not here')
    },
    showed: () => notes.push('showed'),
    alive: () => Promise.resolve(false),
    twins: (peer) => notes.push(['twins', peer]),
    told: (_peer, { code }) => notes.push(['told', code]),
    weRefused: (_peer, { code }) => notes.push(['refused', code]),
    ...change
  })
  return { gate: made, notes }
}

test('whoever shows that it is a member is let in, and has its roles', async () => {
  const { gate: door, notes } = gate({ roster: rosterOf({ member: BEN_SHOWS }) })
  expect(door.may(ben.id, 'submit')).toBe(false)
  expect(await door.judge(ben.id, hello(), false)).toEqual({})
  expect(notes).toEqual(['showed'])
  expect(door.may(ben.id, 'submit')).toBe(true)
  expect(door.fault(ben.id)).toBeUndefined()
  expect(door.hello()).toMatchObject({ boot: BOOT, credential: ADA_SHOWS })
})

test.each([
  ['of another network', ben.id, hello({ network: 'lab.0000000000000000' }), 'WRONG_NETWORK'],
  ['of somebody else', eve.id, hello(), 'NOT_A_MEMBER'],
  ['of nobody', ben.id, { ...hello(), credential: undefined }, 'NOT_A_MEMBER'],
  [
    'that expired',
    ben.id,
    hello({ credential: certifyExpired(ben, asAda()) }),
    'MEMBERSHIP_EXPIRED'
  ],
  ['of ourselves from elsewhere', ada.id, hello({ credential: ADA_SHOWS }), 'DUPLICATE_ID']
])('a hello %s is refused', async (_what, peer, said, code) => {
  const { gate: door } = gate()
  expect(await door.judge(peer, said, false)).toMatchObject({ error: { code } })
  expect(door.fault(peer)?.code).toBe('NOT_A_MEMBER')
})

test('whose clock is wrong is told by how much', async () => {
  const { gate: door } = gate()
  const late = hello({ credential: certifyExpired(ben, asAda()), now: NOW - 300_000 })
  const { error } = await door.judge(ben.id, late, false)
  expect(error?.message).toMatch(/its clock is 300000 ms behind ours/)
  expect(error?.facts).toMatchObject({ aheadMs: -300_000 })
})

test('a newcomer is dealt with by whoever can', async () => {
  const said = { ...hello(), credential: undefined, grant: grantOf(linkBy(ada), ben) }
  const { gate: door } = gate()
  expect(await door.judge(ben.id, said, false)).toEqual({ credential: BEN_SHOWS })
  const none = gate({ redeem: () => Promise.reject(new PeerworkError('NO_ADMIN', 'not here')) })
  const verdict = await none.gate.judge(ben.id, said, false)
  expect(verdict.error?.code).toBe('NO_ADMIN')
})

test('a second start is a copy only while the first one lives', async () => {
  const other = hello({ boot: new Uint8Array(16).fill(3) })
  const again = gate()
  await again.gate.judge(ben.id, hello(), false)
  expect(await again.gate.judge(ben.id, hello(), false)).toEqual({})
  expect(await again.gate.judge(ben.id, other, false)).toEqual({})
  const copied = gate({ alive: () => Promise.resolve(true) })
  await copied.gate.judge(ben.id, hello(), false)
  expect(await copied.gate.judge(ben.id, other, false)).toMatchObject({
    error: { code: 'DUPLICATE_ID' }
  })
  expect(copied.notes).toContainEqual(['twins', ben.id])
  // Dialling ourselves is no copy.
  const self = await again.gate.judge(ada.id, hello({ boot: BOOT, credential: ADA_SHOWS }), false)
  expect(self.error?.code).toBe('DIAL_FAILED')
})

test('who is put out later may not stay', async () => {
  const roster = rosterOf({ member: BEN_SHOWS })
  const { gate: door } = gate({ roster })
  await door.judge(ben.id, hello(), false)
  roster.learn(outBy(ben, asAda()))
  expect(door.fault(ben.id)?.code).toBe('MEMBERSHIP_REVOKED')
  expect(door.may(ben.id, 'submit')).toBe(false)
})

test('why somebody was refused is remembered, behind whatever error it became', () => {
  const { gate: door, notes } = gate()
  door.refused(ben.id, new PeerworkError('NOT_A_MEMBER', 'you are not ben'), 'them')
  door.refused(eve.id, new PeerworkError('MEMBERSHIP_EXPIRED', 'long ago'), 'us')
  expect(notes).toEqual([
    ['told', 'NOT_A_MEMBER'],
    ['refused', 'MEMBERSHIP_EXPIRED']
  ])
  expect(door.refusalOf(ben.id)?.code).toBe('NOT_A_MEMBER')
  const wrapped = new Error('EncryptionFailed: you are not ben')
  const behind = door.behind([`/ip4/10.0.0.1/tcp/1/p2p/${ben.id}`])
  expect(behind(wrapped)?.code).toBe('NOT_A_MEMBER')
  expect(behind(new Error('no route'))).toBeUndefined()
  expect(behind('text')).toBeUndefined()
  expect(door.behind([`/ip4/10.0.0.1/tcp/1/p2p/${cat.id}`])(wrapped)).toBeUndefined()
  const unnamed = door.behind(['/ip4/10.0.0.1/tcp/1'])
  expect(unnamed(wrapped)).toBeUndefined()
  door.refused(ben.id, new PeerworkError('NOT_A_MEMBER', 'you are not ben'), 'us')
  expect(unnamed(wrapped)?.code).toBe('NOT_A_MEMBER')
  door.met(ben.id)
  expect(door.refusalOf(ben.id)).toBeUndefined()
  for (let peer = 0; peer < 1_000; peer++) {
    door.refused(`peer ${peer}`, new PeerworkError('NOT_A_MEMBER', `no ${peer}`), 'us')
  }
  expect(door.refusalOf('peer 1')).toBeUndefined()
  expect(door.refusalOf('peer 999')).toBeDefined()
})

test('a guest is let in as often as it was asked for', async () => {
  const { gate: door } = gate()
  const said = { ...hello(), credential: undefined }
  const first = door.admit(eve.id)
  const second = door.admit(eve.id)
  expect(await door.judge(eve.id, said, false)).toEqual({})
  first()
  expect(door.may(eve.id, 'submit')).toBe(true)
  second()
  expect(door.may(eve.id, 'submit')).toBe(false)
})
