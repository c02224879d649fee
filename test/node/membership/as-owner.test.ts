import { expect, test } from 'vitest'
import { renewAsOwner, revokeAsOwner } from '../../../src/node/membership/as-owner.ts'
import { decodeRecord } from '../../../src/node/membership/load-roster.ts'
import { shareHome } from '../../../src/node/membership/member-home.ts'
import {
  ADA,
  ada,
  ADA_SHOWS,
  memberHome,
  owner,
  ownersConfig,
  rosterOf,
  tempDir
} from './people.ts'

const recordOf = (text: string) => decodeRecord(new Uint8Array(Buffer.from(text, 'base64')))

test('the owner puts out an admin, in its home and for everybody who hears of it', async () => {
  const home = memberHome(ADA, ADA_SHOWS)
  const said = await revokeAsOwner({
    home,
    configDir: ownersConfig(),
    member: 'ada',
    reason: 'left'
  })
  expect(said).toMatchObject({ id: ada.id, name: 'ada' })
  const elsewhere = rosterOf()
  elsewhere.learn(recordOf(said.record))
  expect(elsewhere.may(ada.id, 'admin')).toBe(false)
  using place = shareHome(home)
  expect(place.roster.may(ada.id, 'admin')).toBe(false)
})

test('the owner renews an admin, whose home keeps it', async () => {
  const home = memberHome(ADA, ADA_SHOWS)
  const said = await renewAsOwner({ home, configDir: ownersConfig(), member: ada.id })
  using place = shareHome(home)
  const now = place.roster.of(ada.id)
  expect(now).toMatchObject({ by: owner.id, name: 'ada' })
  expect(place.own.credential.certificate).toEqual(
    (recordOf(said.record) as { member: { certificate: Uint8Array } }).member.certificate
  )
})

test('without the owner’s key neither, and of nobody who is not there', async () => {
  const home = memberHome(ADA, ADA_SHOWS)
  const nowhere = { home, configDir: tempDir(), member: 'ada' }
  await expect(revokeAsOwner(nowhere)).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  await expect(renewAsOwner(nowhere)).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  const nobody = { home, configDir: ownersConfig(), member: 'zoe' }
  await expect(revokeAsOwner(nobody)).rejects.toMatchObject({ code: 'PEER_UNKNOWN' })
})
