import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkAuthority, isForOwner, ownerPlace } from '../../../src/cli/membership/authority.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { temporary } from '../harness.ts'

const member = { name: 'lab', roles: ['submit'] } as const
const admin = { name: 'lab', roles: ['submit', 'admin'] } as const
const what = 'puts out bob'

function config(withKey: boolean) {
  const folder = temporary('config')
  if (withKey) {
    mkdirSync(join(folder, 'peerwork', 'owners'), { recursive: true })
    writeFileSync(join(folder, 'peerwork', 'owners', 'lab.key'), '')
  }
  return { env: { XDG_CONFIG_HOME: folder } }
}

test('an admin may what concerns members, and not what concerns admins', () => {
  const away = config(false)
  checkAuthority(admin, { what, byOwner: false }, away)
  const text = /only the owner of lab puts out bob; its key is not at .*owners\/lab.key/
  expect(() => checkAuthority(admin, { what, byOwner: true }, away)).toThrow(text)
  const roles = /only an admin of lab puts out bob; this agent may submit$/
  expect(() => checkAuthority(member, { what, byOwner: false }, away)).toThrow(roles)
})

test("where the owner's key is, everything may be", () => {
  const here = config(true)
  checkAuthority(member, { what, byOwner: true }, here)
  expect(ownerPlace('lab', here).isHere).toBe(true)
  expect(ownerPlace('other', here).isHere).toBe(false)
})

test('only for want of authority is the owner asked', () => {
  const place = ownerPlace('lab', config(true))
  expect(isForOwner(new PeerworkError('ROLE_MISSING', ''), place)).toBe(true)
  expect(isForOwner(new PeerworkError('PEER_UNKNOWN', ''), place)).toBe(false)
  const away = ownerPlace('lab', config(false))
  expect(isForOwner(new PeerworkError('OWNER_KEY_NEEDED', ''), away)).toBe(false)
})
