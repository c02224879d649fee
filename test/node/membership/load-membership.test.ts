import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { toLogLevels } from '../../../src/node/log-levels.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { loadMembership } from '../../../src/node/membership/load-membership.ts'
import { MemberStore } from '../../../src/node/membership/store.ts'
import type { AgentInit } from '../../../src/node/api.ts'
import { toOptions } from '../../../src/node/options.ts'
import {
  asAda,
  BEN,
  BEN_SHOWS,
  ben,
  certifyExpired,
  EVE,
  LAB,
  memberHome,
  owner
} from './people.ts'
import { tempDir } from './people.ts'

const log = createLogs(toLogLevels('silent'), 'test')('node')
const load = (init: AgentInit, secret = BEN) =>
  loadMembership({ options: toOptions(init), openSecret: () => secret, clock: systemClock, log })

test('peers of the network are where the home was let in', () => {
  const home = memberHome(BEN, BEN_SHOWS)
  {
    using store = new MemberStore(home)
    const own = store.own()
    if (own === undefined) throw new Error('no membership')
    store.setOwn({ ...own, addresses: ['/ip4/10.0.0.7/tcp/4001'] })
  }
  const { belonging, options } = load({ home, bootstrap: ['/ip4/10.0.0.8/tcp/1'] })
  expect(options.bootstrap).toEqual(['/ip4/10.0.0.8/tcp/1', '/ip4/10.0.0.7/tcp/4001'])
  belonging?.membership.stop()
})

test('an empty roster is no membership', () => {
  const home = tempDir()
  new MemberStore(home)[Symbol.dispose]()
  expect(load({ home })).toMatchObject({ secret: BEN })
  expect(() => load({ home, network: LAB })).toThrow(/peerwork join/)
})

test('one that has ended is told, and roles are gone with it', () => {
  const home = memberHome(BEN, certifyExpired(ben, asAda()))
  const { belonging } = load({ home })
  expect(belonging?.membership.ownFault()?.code).toBe('MEMBERSHIP_EXPIRED')
  expect(belonging?.membership.mayWe('submit')).toBe(false)
  expect(belonging?.desk.info()).toMatchObject({
    ...{ roles: [], problems: [{ code: 'MEMBERSHIP_EXPIRED' }] }
  })
  belonging?.membership.stop()
})

test('options that do not fit close what was opened', () => {
  const home = memberHome(EVE, BEN_SHOWS)
  expect(() => load({ home, open: true }, EVE)).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION' })
  )
  expect(() => load({ home, guestOf: { network: 'lab', owner: owner.id } }, EVE)).toThrow(/owner/)
})
