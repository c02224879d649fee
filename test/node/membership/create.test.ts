import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { JournalStore } from '../../../src/node/journal-store.ts'
import { checkUnbound, createNetwork } from '../../../src/node/membership/create.ts'
import { shareHome } from '../../../src/node/membership/member-home.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { NOW, tempDir } from './people.ts'

const place = () => ({ configDir: join(tempDir(), 'conf'), home: tempDir() })

test('a new network has an owner and one admin: this home', async () => {
  const where = place()
  const made = await createNetwork({ ...where, name: 'lab', memberName: 'alice' })
  expect(made).toMatchObject({ name: 'lab', memberName: 'alice' })
  expect(made.network).toMatch(/^lab\.[0-9a-f]{16}$/)
  expect(existsSync(made.ownerKeyPath)).toBe(true)
  using home = shareHome(where.home)
  expect(home.own).toMatchObject({ network: made.network, owner: made.owner })
  expect(home.roster.of(made.member)).toMatchObject({ name: 'alice', roles: ROLES, by: made.owner })
  // The owner's key does not lie in the home.
  expect(home.secret().identity.id).toBe(made.member)
  expect(made.member).not.toBe(made.owner)
})

test.each(['Lab', 'my lab', '../lab', '', 'x'.repeat(48)])(
  '"%s" makes no network',
  async (name) => {
    const where = place()
    await expect(createNetwork({ ...where, name })).rejects.toMatchObject({ code: 'BAD_OPTION' })
    expect(existsSync(join(where.configDir, 'owners', `${name}.key`))).toBe(false)
  }
)

test('a home is in one network, and a name is one network’s', async () => {
  const where = place()
  await createNetwork({ ...where, name: 'lab' })
  const again = createNetwork({ ...where, name: 'other' })
  await expect(again).rejects.toMatchObject({ code: 'BAD_OPTION', message: /a member of "lab"/ })
  const taken = createNetwork({ ...where, home: tempDir(), name: 'lab' })
  await expect(taken).rejects.toMatchObject({ code: 'BAD_OPTION', message: /own a network/ })
  expect(() => checkUnbound(undefined, where.home)).not.toThrow()
})

test('a name that is no agent’s leaves nothing behind', async () => {
  const where = place()
  const made = createNetwork({ ...where, name: 'lab', memberName: '\u0007' })
  await expect(made).rejects.toThrow()
  expect(existsSync(join(where.configDir, 'owners', 'lab.key'))).toBe(false)
  await createNetwork({ ...where, name: 'lab' })
})

test('not while an agent runs there', async () => {
  const where = place()
  const lock = new JournalStore(where.home, NOW)
  const made = createNetwork({ ...where, name: 'lab' })
  await expect(made).rejects.toMatchObject({ code: 'HOME_IN_USE' })
  lock.close()
})
