import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Audit } from '../../../src/gateway/access/audit.ts'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { Shares } from '../../../src/gateway/shares/shares.ts'
import { temporary, TRACE, TurnedClock } from '../observed.ts'

const DAY = 24 * 60 * 60_000

function shares(dir = temporary()) {
  const db = openAccess(dir)
  const clock = new TurnedClock()
  const audit = new Audit(db, clock.now)
  return { db, clock, dir, audit, shares: new Shares(db, clock, audit) }
}

test('a link lives a week unless it is said, and never longer than ninety days', () => {
  const it = shares()
  const week = it.shares.create({ trace: TRACE }, 'owner')
  expect(Math.round((week.expires - week.created) / DAY)).toBe(7)
  expect([week.profile, week.maxViews, week.views, week.state]).toEqual(['names', null, 0, 'open'])
  const long = it.shares.create({ trace: TRACE, hours: 90 * 24 }, 'owner')
  for (const hours of [90 * 24 + 1, 0, -1, 1.5]) {
    expect(() => it.shares.create({ trace: TRACE, hours }, 'owner')).toThrow('hours')
  }
  for (const maxViews of [0, -1, 1.5, 1_000_001]) {
    expect(() => it.shares.create({ trace: TRACE, maxViews }, 'owner')).toThrow('views')
  }
  it.clock.aheadMs = 7 * DAY + 1_000
  expect(it.shares.find(week.token)).toBeUndefined()
  expect(it.shares.view(week.id)).toBe(false)
  expect(it.shares.find(long.token)?.id).toBe(long.id)
  expect(
    it.shares
      .list()
      .map(({ state }) => state)
      .toSorted()
  ).toEqual(['expired', 'open'])
  it.db.close()
})

test('views are counted up to the last, and no further', () => {
  const it = shares()
  const { id, token } = it.shares.create({ trace: TRACE, maxViews: 2 }, 'owner')
  expect([it.shares.view(id), it.shares.view(id), it.shares.view(id)]).toEqual([true, true, false])
  expect(it.shares.find(token)).toBeUndefined()
  const [info] = it.shares.list()
  expect([info?.views, info?.state, typeof info?.seen]).toEqual([2, 'used-up', 'number'])
  it.db.close()
})

test('two processes that look at once share the last view: one gets it', () => {
  const it = shares()
  const other = shares(it.dir)
  const { id } = it.shares.create({ trace: TRACE, maxViews: 1 }, 'owner')
  expect([it.shares.view(id), other.shares.view(id)]).toEqual([true, false])
  it.db.close()
  other.db.close()
})

test('one that was taken back is over at once, and stays in the list', () => {
  const it = shares()
  const { id, token } = it.shares.create({ trace: TRACE }, 'owner')
  expect(it.shares.revoke(id, 'ann')?.state).toBe('revoked')
  expect([it.shares.find(token), it.shares.view(id)]).toEqual([undefined, false])
  // Again changes nothing, and of none there is nothing to say.
  expect(it.shares.revoke(id, 'ann')?.state).toBe('revoked')
  expect(it.shares.revoke('none', 'ann')).toBeUndefined()
  const told = it.audit.list(10).map(({ who, what, about }) => [who, what, about])
  expect(told).toEqual([
    ['ann', 'share.revoked', `${id}: ${TRACE}`],
    ['owner', 'share.created', `${id}: ${TRACE} (names)`]
  ])
  it.db.close()
})

test('links outlive a restart, and the disk never has their tokens', () => {
  const it = shares()
  const { id, token } = it.shares.create({ trace: TRACE, maxViews: 3 }, 'owner')
  it.shares.view(id)
  for (const name of readdirSync(it.dir)) {
    const bytes = readFileSync(join(it.dir, name)).toString('latin1')
    expect([name, bytes.includes(token)]).toEqual([name, false])
  }
  it.db.close()
  const again = shares(it.dir)
  expect(again.shares.find(token)?.views).toBe(1)
  again.db.close()
})

test('there is an end to open links, and to those that are remembered', () => {
  const it = shares()
  for (let n = 0; n < 1_000; n++) it.shares.create({ trace: TRACE, hours: 1 }, 'owner')
  expect(() => it.shares.create({ trace: TRACE }, 'owner')).toThrow('revoke some')
  it.clock.aheadMs = 2 * 60 * 60_000
  it.shares.create({ trace: TRACE }, 'owner')
  expect(it.shares.list().length).toBe(1_001)
  // The links of an hour ended more than ninety days ago, that of a week did not.
  it.clock.aheadMs = 95 * DAY
  it.shares.create({ trace: TRACE }, 'owner')
  expect(it.shares.list().length).toBe(1 + 1)
  it.db.close()
})

test('of a profile that is not known the least is shown', () => {
  const it = shares()
  const { id, token } = it.shares.create({ trace: TRACE, profile: 'full-metadata' }, 'owner')
  it.db.prepare("UPDATE share SET profile = 'everything' WHERE id = ?").run(id)
  expect(it.shares.find(token)?.profile).toBe('shape')
  it.db.close()
})
