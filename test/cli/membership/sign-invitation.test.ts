import { renameSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sign } from '../../../src/cli/membership/sign-invitation.ts'
import { contextOf } from '../harness.ts'
import { founded } from '../land.ts'

const values = {
  ...{ home: undefined, name: 'alice', json: true },
  ...{ 'passphrase-file': undefined, 'owner-passphrase-file': undefined }
}

test('an admin invites members by itself, and admins with the key of the owner', async () => {
  const it = await founded()
  const agent = await it.run('alice')
  const session = { agent, info: await agent.info() }
  const { context } = contextOf({ env: it.env })
  const asAdmin = { roles: ['submit', 'admin'] } as const
  const appointed = await sign(session, asAdmin, values, context)
  expect(appointed).toMatchObject({ roles: ['submit', 'admin'], addresses: agent.addresses })
  renameSync(it.ownerKey, `${it.ownerKey}.away`)
  expect(await sign(session, { uses: 3 }, values, context)).toMatchObject({ uses: 3 })
  const refused = sign(session, asAdmin, values, context)
  await expect(refused).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
})
