import { expect, test } from 'vitest'
import { readMembership } from '../../../src/node/membership/at-rest.ts'
import { land } from '../../cli/land.ts'
import { temporary } from '../../cli/harness.ts'
import { createNetwork } from '../../../src/node/membership/create.ts'

test('a home tells what it knows while its key stays locked', async () => {
  const { configDir } = land()
  const home = temporary('home')
  const locked = { home, configDir, name: 'lab', memberName: 'alice', homePassphrase: 'secret' }
  const made = await createNetwork(locked)
  const found = await readMembership(home)
  expect(found?.id).toBe(made.member)
  expect(found?.info).toMatchObject({ name: 'lab', owner: made.owner, expires: made.expires })
  expect(found?.members).toMatchObject([
    { id: made.member, name: 'alice', state: 'member', self: true, connected: false }
  ])
})

test('a home in no network has nothing to tell', async () => {
  expect(await readMembership(temporary('home'))).toBeUndefined()
})
