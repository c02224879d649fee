import { renderUnicodeCompact } from 'uqr'
import { expect, test } from 'vitest'
import { qrOf } from '../../../src/cli/membership/qr.ts'
import { makeInvitation } from '../../../src/node/membership/make-invitation.ts'
import { formatJoinLink, parseJoinLink } from '../../../src/protocol/membership/join-link.ts'
import { systemClock } from '../../../src/node/clock.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { networkIdOf } from '../../../src/protocol/membership/network-id.ts'

const identity = identityFromSeed(new Uint8Array(32).fill(7))
const { id: owner } = identity
const addresses = [1, 2, 3].map((n) => `/ip4/10.0.0.${n}/tcp/4001/p2p/${owner}`)
const inviter = { identity, owner, network: networkIdOf('lab', owner), clock: systemClock }
const { link } = makeInvitation({ addresses }, inviter)

const code = (text: string): string => renderUnicodeCompact(text, { ecc: 'L', border: 2 })
const shortened = (count: number): string => {
  const { addresses: all, ...rest } = parseJoinLink(link)
  return formatJoinLink({ ...rest, addresses: all.slice(0, count) })
}

test('a wide terminal gets the whole link', async () => {
  const found = await qrOf(link, { columns: 300, rows: 200 }, false)
  expect('lines' in found && found.lines.join('\n')).toBe(code(link))
})

test('a narrower one gets a link with fewer addresses', async () => {
  const columns = code(shortened(1)).split('\n')[0]?.length ?? 0
  const found = await qrOf(link, { columns, rows: 200 }, false)
  expect('lines' in found && found.lines.join('\n')).toBe(code(shortened(1)))
  expect(columns).toBeLessThan(code(link).split('\n')[0]?.length ?? 0)
})

test('where none fits, it is told what it takes; who insists gets the smallest', async () => {
  for (const size of [
    { columns: 80, rows: 200 },
    { columns: 300, rows: 24 }
  ]) {
    const lines = code(shortened(1)).split('\n')
    const needs = [lines[0]?.length, lines.length + 3]
    expect(await qrOf(link, size, false)).toEqual({ needs })
    const forced = await qrOf(link, size, true)
    expect('lines' in forced && forced.lines).toEqual(lines)
  }
})
