import { expect, test } from 'vitest'
import { memberTable } from '../../../src/cli/membership/member-table.ts'
import { ALICE, MEMBER } from '../../node/control-double.ts'

const now = 10 * 86_400_000
const paint = (_style: unknown, text: string): string => text
const view = { now, isUp: true, paint }
const bob = { ...MEMBER, expires: now + 14 * 86_400_000, lastSeen: now - 120_000 }

const rowOf = (change: Partial<typeof MEMBER>, isUp = true): string =>
  memberTable([{ ...bob, ...change }], { ...view, isUp })[1] ?? ''

test('a member has a name, an id, when it was seen, how long it lasts, and roles', () => {
  const [head, row] = memberTable([bob], view)
  expect(head).toMatch(/^NAME +ID +SEEN +ENDS IN +ROLES$/)
  expect(row).toMatch(/^bob +12D3KooW\w{6} +online +14 days +submit execute observe$/)
})

test('who is online is only known while the agent runs', () => {
  expect(rowOf({}, false)).toContain('2 min ago')
  expect(rowOf({ connected: false, lastSeen: null })).toContain('never')
  expect(rowOf({ self: true, connected: false })).toContain('this agent')
})

test('who is no member any more says why', () => {
  expect(rowOf({ state: 'revoked', reason: 'sold it\u001b[2J' })).toMatch(/revoked +sold it$/)
  expect(rowOf({ state: 'moved', next: ALICE })).toContain(`moved    is ${ALICE.slice(0, 14)} now`)
  expect(rowOf({ state: 'expired', expires: 0 })).toMatch(/expired +1970-01-01$/)
})

test('it fits a terminal of 80 columns', () => {
  const admin = {
    ...bob,
    name: 'agent-abc123',
    roles: ['submit', 'execute', 'observe', 'admin']
  } as const
  const lines = memberTable([{ ...admin, self: true, expires: now + 365 * 86_400_000 }], view)
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
})
