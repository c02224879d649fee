import { expect, test } from 'vitest'
import { admissionByRole } from '../../../src/node/membership/role-admission.ts'
import { ADA, ADA_SHOWS, BEN, ben, credentialOf, eve } from './people.ts'
import { memberHost } from './member-host.ts'

test('roles say who may submit and who is given work, and no list does', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const admission = admissionByRole(admin.membership)
  expect(admission.mode()).toBe('members')
  const worker = await memberHost(BEN, credentialOf(ben, 'ben', { roles: ['execute'] }))
  await worker.dial(admin)
  expect([admission.admits(ben.id), admission.lists(ben.id)]).toEqual([false, true])
  expect(() => admission.check(ben.id)).toThrow(expect.objectContaining({ code: 'ROLE_MISSING' }))
  const leave = admission.admit(eve.id)
  expect(() => admission.check(eve.id)).not.toThrow()
  leave()
  expect(admission.admits(eve.id)).toBe(false)
  admission.list([])
  admission.open(false)
  const lists = [
    () => admission.allow(eve.id),
    () => admission.disallow(eve.id),
    () => admission.list([eve.id]),
    () => admission.open(true)
  ]
  for (const change of lists) {
    expect(change).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  }
})
