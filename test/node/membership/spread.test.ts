import type { Connection } from '@libp2p/interface'
import { expect, test } from 'vitest'
import type { Exchange } from '../../../src/node/membership/exchange.ts'
import { passOn, tellAll } from '../../../src/node/membership/spread.ts'
import type { News } from '../../../src/node/membership/load-roster.ts'
import type { MemberRecord } from '../../../src/protocol/membership/exchange.ts'
import { asAda, BEN_SHOWS, ben, outBy } from './people.ts'

const peers = Array.from({ length: 20 }, (_, index) => `peer ${index}`)
const connections = peers.map((id) => ({ remotePeer: { toString: () => id } })) as Connection[]

function company(admins: readonly string[] = []) {
  const told: { peer: string; records: readonly MemberRecord[] }[] = []
  // Only what is used of it: who is told what is the whole question.
  const exchange = {
    push(connection: Connection, records: readonly MemberRecord[]) {
      const peer = connection.remotePeer.toString()
      told.push({ peer, records })
      return peer === 'peer 3' ? Promise.reject(new Error('gone')) : Promise.resolve()
    }
  } as unknown as Exchange
  const isAdmin = (peer: string): boolean => admins.includes(peer)
  return { told, by: { exchange, connections: () => connections, isAdmin, chance: Math.random } }
}

const news = (record: MemberRecord, kind: News['learned']['kind']): News => ({
  record,
  learned: { id: new Uint8Array(32), news: true, gone: [], kind }
})
const out = outBy(ben, asAda())

test('what everybody must know goes to a few, never back to whom it came from', () => {
  const { told, by } = company()
  passOn([news(out, 'out')], 'peer 7', by)
  expect(told).toHaveLength(6)
  expect(new Set(told.map(({ peer }) => peer)).size).toBe(6)
  expect(told.map(({ peer }) => peer)).not.toContain('peer 7')
  expect(told.every(({ records }) => records.length === 1 && records[0] === out)).toBe(true)
})

test('a certificate goes to admins, who count', () => {
  const { told, by } = company(['peer 2', 'peer 5'])
  passOn([news({ member: BEN_SHOWS }, 'member')], 'peer 2', by)
  expect(told.map(({ peer }) => peer)).toEqual(['peer 5'])
})

test('it is known how many have heard', async () => {
  const { told, by } = company()
  expect(await tellAll(connections, [out], by)).toBe(19)
  expect(told).toHaveLength(20)
  expect(await tellAll(connections, [], by)).toBe(0)
  expect(told).toHaveLength(20)
})
