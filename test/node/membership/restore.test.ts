import { expect, test } from 'vitest'
import { createAgent } from '../../../src/node/agent.ts'
import { createNetwork } from '../../../src/node/membership/create.ts'
import { join } from '../../../src/node/membership/join.ts'
import { restoreAdmin } from '../../../src/node/membership/restore.ts'
import { temporary } from '../../cli/harness.ts'

const preset = 'loopback'

test('when the only admin is lost, the owner’s key makes another for its members', async () => {
  const configDir = temporary('config')
  const lost = temporary('lost')
  const made = await createNetwork({ name: 'lab', configDir, home: lost, passphrase: 'secret' })
  const bob = temporary('bob')
  {
    await using admin = await createAgent({ home: lost, preset })
    await join({ link: (await admin.invite()).link, home: bob })
  }
  const home = temporary('new')
  const init = { name: 'lab', configDir, home }
  await expect(restoreAdmin(init)).rejects.toMatchObject({ code: 'PASSPHRASE_WRONG' })
  const again = await restoreAdmin({ ...init, passphrase: 'secret', memberName: 'ada' })
  expect(again).toMatchObject({ network: made.network, owner: made.owner, memberName: 'ada' })
  await using member = await createAgent({ home: bob, preset })
  await using admin = await createAgent({ home, preset, bootstrap: member.addresses })
  await expect.poll(async () => (await admin.peers()).length).toBe(1)
  expect((await admin.members()).map(({ name }) => name)).toContain('ada')
  expect((await join({ link: (await admin.invite()).link, home: temporary('eve') })).by).toBe(
    again.member
  )
})

test('without the key, and for a home that is a member, there is nothing to restore', async () => {
  const configDir = temporary('config')
  const init = { name: 'lab', configDir, home: temporary('home') }
  await expect(restoreAdmin(init)).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  await createNetwork(init)
  await expect(restoreAdmin(init)).rejects.toMatchObject({ code: 'BAD_OPTION' })
})
