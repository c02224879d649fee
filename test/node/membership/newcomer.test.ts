import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { importGuarded } from '../../../src/node/guarded-import.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import { ADA, ada, ADA_SHOWS, BEN, BEN_SHOWS, CAT, cat, grantOf, LAB, linkBy } from './people.ts'
import { memberHost } from './member-host.ts'

async function asking(link: string) {
  const { createAsking } = await importGuarded(() => {
    return import('../../../src/node/membership/newcomer.ts')
  })
  const grant = grantOf(link, cat, 'cat')
  return createAsking({ secret: CAT, network: LAB, grant, clock: systemClock })
}

test('an admin answers with a certificate, and the newcomer is no connection of it', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const newcomer = await asking(linkBy(ada))
  const { credential, addresses } = await newcomer.ask(admin.address)
  expect(credential).toBeDefined()
  expect(addresses).toEqual([admin.address])
  expect(admin.host.getConnections()).toEqual([])
})

test('what is refused says why, and what is not there says that', async () => {
  const member = await memberHost(BEN, BEN_SHOWS)
  const newcomer = await asking(linkBy(ada))
  await expect(newcomer.ask(member.address)).rejects.toMatchObject({ code: 'NO_ADMIN' })
  await using open = await createRawHost()
  await expect(newcomer.ask(open.address)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  const nobody = `/ip4/127.0.0.1/tcp/9/p2p/${ada.id}`
  await expect(newcomer.ask(nobody)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  const gone = AbortSignal.abort(new Error('enough'))
  await expect(newcomer.ask(nobody, gone)).rejects.toThrow('enough')
})
