import { expect, test } from 'vitest'
import { endsSoon, showWarnings, WARN_MS } from '../../../src/cli/membership/warnings.ts'
import type { MembershipInfo } from '../../../src/node/membership/api.ts'
import { ALICE } from '../../node/control-double.ts'
import { contextOf } from '../harness.ts'

const now = 1_000
const info: MembershipInfo = {
  ...{ network: 'lab.0123456789abcdef', name: 'lab', owner: ALICE, roles: ['submit', 'admin'] },
  ...{ expires: now + WARN_MS - 1, admins: 1, members: 1, problems: [] }
}

test('an admin is warned 30 days before its certificate ends, and told who renews it', () => {
  expect(endsSoon(info, now)).toMatch(/ends in 30 days.* owner.*peerwork network renew$/)
  expect(endsSoon({ ...info, expires: now + WARN_MS + 1 }, now)).toBeUndefined()
})

test('others renew themselves, and a guest has nothing to renew', () => {
  expect(endsSoon({ ...info, roles: ['submit'] }, now)).toBeUndefined()
  expect(endsSoon({ ...info, expires: null }, now)).toBeUndefined()
})

test('each problem is told with what to do', () => {
  const { context, err } = contextOf()
  const problems = [{ code: 'NO_ADMIN', message: 'nobody renews it\u001b[2J' }] as const
  showWarnings({ ...info, roles: ['submit'], problems }, now, context.err)
  expect(err.text).toContain('NO_ADMIN: nobody renews it\n')
  expect(err.text).toContain('hint: Try again when an admin')
})
