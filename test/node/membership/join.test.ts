import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { join } from '../../../src/node/membership/join.ts'
import { shareHome } from '../../../src/node/membership/member-home.ts'
import { MemberDesk } from '../../../src/node/membership/member-desk.ts'
import { ADA, ada, ADA_SHOWS, BEN, BEN_SHOWS, linkBy, memberHome, NOW, tempDir } from './people.ts'
import { LAB, outBy, asAda } from './people.ts'
import { memberHost } from './member-host.ts'

test('whoever has a link becomes a member, and knows whom to ask next time', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const { link } = await new MemberDesk(admin.membership).invite({ roles: ['submit'] })
  const home = tempDir()
  const joined = await join({ link, home, name: 'dora' })
  expect(joined).toMatchObject({
    ...{ network: LAB, name: 'lab', memberName: 'dora', roles: ['submit'], by: ada.id },
    addresses: [admin.address]
  })
  using place = shareHome(home)
  expect(place.own.addresses).toEqual([admin.address])
  expect(place.roster.of(joined.member)).toMatchObject({ name: 'dora' })
})

test('a member without an admin’s role leads to one it is connected to', async () => {
  const [admin, member] = await Promise.all([
    memberHost(ADA, ADA_SHOWS),
    memberHost(BEN, BEN_SHOWS)
  ])
  await member.dial(admin)
  const link = linkBy(ada, { addresses: [member.address] })
  const joined = await join({ link, home: tempDir(), name: 'dora' })
  expect(joined).toMatchObject({ by: ada.id, memberName: 'dora' })
})

test('an address where something listens and says nothing costs a moment', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const mute = createServer(() => undefined).listen(0, '127.0.0.1')
  onTestFinished(() => void mute.close())
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  const nowhere = `/ip4/127.0.0.1/tcp/${port}/p2p/${ada.id}`
  const link = linkBy(ada, { addresses: [nowhere, admin.address] })
  const asked: string[] = []
  // The time that one address may take is longer than a test may.
  const asking = (address: string): void => void asked.push(address)
  const joined = await join({ link, home: tempDir(), asked: asking })
  expect(joined.addresses[0]).toBe(admin.address)
  expect(asked).toEqual([nowhere, admin.address])
})

test('whoever was put out comes back with a new link, with the same key', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const desk = new MemberDesk(admin.membership)
  const home = tempDir()
  const { member } = await join({ link: (await desk.invite({})).link, home, name: 'dora' })
  const since = admin.membership.book.roster.of(member)?.since ?? 0
  const { out } = outBy({ id: member } as never, asAda(since + 1)) as { out: never }
  admin.membership.book.take({ out })
  await new Promise((resolve) => setTimeout(resolve, 5))
  const again = await join({ link: (await desk.invite({})).link, home, name: 'dora' })
  expect(again.member).toBe(member)
  expect(admin.membership.book.roster.may(member, 'submit')).toBe(true)
})

test('when nobody answers, every address is named', async () => {
  const addresses = [1, 2].map((port) => `/ip4/127.0.0.1/tcp/${port}/p2p/${ada.id}`)
  const home = tempDir()
  await expect(join({ link: linkBy(ada, { addresses }), home })).rejects.toMatchObject({
    ...{ code: 'NO_ADMIN', message: /tcp\/1.*tcp\/2/ }
  })
  expect(() => shareHome(home)).toThrow(expect.objectContaining({ code: 'NOT_A_MEMBER' }))
})

test('what can be seen from here is not asked of others', async () => {
  const home = memberHome(BEN, BEN_SHOWS)
  const expired = linkBy(ada, { expires: 1 }, NOW - 10)
  await expect(join({ link: expired, home })).rejects.toMatchObject({ code: 'INVITATION_INVALID' })
  await expect(join({ link: 'peerwork:join/AAAA', home })).rejects.toMatchObject({
    code: 'INVITATION_INVALID'
  })
  const bad = join({ link: linkBy(ada), home, name: '\u0000' })
  await expect(bad).rejects.toMatchObject({ code: 'BAD_OPTION' })
})
