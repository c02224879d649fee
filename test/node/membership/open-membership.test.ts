import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { toLogLevels } from '../../../src/node/log-levels.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { openMembership } from '../../../src/node/membership/open-membership.ts'
import { toOptions } from '../../../src/node/options.ts'
import type { AgentInit } from '../../../src/node/api.ts'
import { BEN, BEN_SHOWS, LAB, memberHome, owner, tempDir } from './people.ts'

const log = createLogs(toLogLevels('silent'), 'test')('node')
const open = (init: AgentInit) =>
  openMembership({ options: toOptions(init), openSecret: () => BEN, clock: systemClock, log })

test('an agent of an open network has none', async () => {
  for (const init of [{}, { home: tempDir() }]) {
    const { belonging, options, secret } = await open(init)
    expect([belonging, options.network, secret]).toEqual([undefined, 'home', BEN])
  }
  await expect(open({ network: LAB })).rejects.toMatchObject({ code: 'BAD_OPTION' })
})

test('a member’s home has one, and its options are the network’s', async () => {
  const { belonging, options } = await open({ home: memberHome(BEN, BEN_SHOWS) })
  expect(options).toMatchObject({ network: LAB, name: 'ben' })
  expect(belonging?.membership.mayWe('submit')).toBe(true)
  expect(belonging?.membership.mayWe('admin')).toBe(false)
  expect(belonging?.desk.info()).toMatchObject({ network: LAB, name: 'lab', problems: [] })
  belonging?.membership.stop()
})

test('a guest knows its network, and has nothing in it', async () => {
  const { belonging, options } = await open({ guestOf: { network: LAB, owner: owner.id } })
  expect(options.network).toBe(LAB)
  expect(belonging?.membership.mayWe('submit')).toBe(true)
  expect(belonging?.membership.mayWe('execute')).toBe(false)
  expect(belonging?.desk.info()).toMatchObject({ roles: [], expires: null })
  belonging?.membership.stop()
})
