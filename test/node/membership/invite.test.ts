import { expect, test } from 'vitest'
import { createInvitation } from '../../../src/node/membership/invite.ts'
import { openGrant } from '../../../src/protocol/membership/invitation.ts'
import { parseJoinLink } from '../../../src/protocol/membership/join-link.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { ADA, ada, ADA_SHOWS, BEN, BEN_SHOWS, grantOf, eve, LAB, memberHome } from './people.ts'
import { NOW, owner, ownersConfig, tempDir } from './people.ts'

const addresses = [`/ip4/10.0.0.1/tcp/4001/p2p/${ada.id}`]

function inviterOf(link: string): string {
  const opened = openGrant(grantOf(link, eve), { network: LAB, member: eve.id, now: NOW + 1_000 })
  return opened.invitation.body.from
}

test('an admin’s home invites with its own key', async () => {
  const { link, roles } = await createInvitation({ home: memberHome(ADA, ADA_SHOWS), addresses })
  expect(inviterOf(link)).toBe(ada.id)
  expect(roles).toEqual(['submit', 'execute', 'observe'])
  expect(parseJoinLink(link).addresses).toEqual(addresses)
})

test('an admin is invited with the owner’s key, wherever that lies', async () => {
  const home = memberHome(ADA, ADA_SHOWS)
  const asked = createInvitation({ home, addresses, roles: ROLES })
  await expect(asked).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  const elsewhere = createInvitation({ home, addresses, roles: ROLES, configDir: tempDir() })
  await expect(elsewhere).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  const configDir = ownersConfig()
  const { link } = await createInvitation({ home, addresses, roles: ROLES, configDir })
  expect(inviterOf(link)).toBe(owner.id)
})

test('a member that is no admin invites nobody, unless it is the owner’s machine', async () => {
  const home = memberHome(BEN, BEN_SHOWS)
  const asked = createInvitation({ home, addresses })
  await expect(asked).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  const { link } = await createInvitation({ home, addresses, configDir: ownersConfig() })
  expect(inviterOf(link)).toBe(owner.id)
})
