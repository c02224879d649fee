import { renameSync } from 'node:fs'
import { expect, test } from 'vitest'
import { putOut } from '../../../src/cli/membership/put-out.ts'
import { contextOf } from '../harness.ts'
import { founded } from '../land.ts'

const values = {
  ...{ home: undefined, name: 'alice', json: true, reason: 'left the team' },
  ...{ 'passphrase-file': undefined, 'owner-passphrase-file': undefined }
}

test('an admin is put out with the key of the owner, and not without it', async () => {
  const it = await founded()
  await it.say(['network', 'restore', 'lab', '--name', 'ada'])
  const alice = await it.run('alice')
  const ada = await it.run('ada', alice.addresses)
  const find = async () => (await alice.members()).find(({ name }) => name === 'ada')
  await expect.poll(find).toMatchObject({ connected: true })
  const member = await find()
  if (member === undefined) throw new Error('she was there')
  const session = { agent: alice, info: await alice.info() }
  const { context } = contextOf({ env: it.env })
  renameSync(it.ownerKey, `${it.ownerKey}.away`)
  await expect(putOut(session, member, values, context)).rejects.toMatchObject({
    code: 'OWNER_KEY_NEEDED'
  })
  renameSync(`${it.ownerKey}.away`, it.ownerKey)
  expect(await putOut(session, member, values, context)).toEqual({
    id: ada.id,
    name: 'ada',
    told: 1
  })
  expect(await find()).toMatchObject({ state: 'revoked', reason: 'left the team' })
})
