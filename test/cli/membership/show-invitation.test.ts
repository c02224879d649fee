import { expect, test } from 'vitest'
import { showInvitation, withoutId } from '../../../src/cli/membership/show-invitation.ts'
import { systemClock } from '../../../src/node/clock.ts'
import { makeInvitation } from '../../../src/node/membership/make-invitation.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { networkIdOf } from '../../../src/protocol/membership/network-id.ts'
import { contextOf } from '../harness.ts'

const identity = identityFromSeed(new Uint8Array(32).fill(7))
const { id: owner } = identity
const inviter = { identity, owner, network: networkIdOf('lab', owner), clock: systemClock }
const invitation = (ip: string) =>
  makeInvitation({ addresses: [`/ip4/${ip}/tcp/4001/p2p/${owner}`], uses: 2 }, inviter)
const quiet = { qr: false, 'no-qr': false }

test('the link alone goes to stdout; what it gives and until when, beside it', async () => {
  const { context, out, err } = contextOf()
  const made = invitation('10.0.0.1')
  await showInvitation(made, quiet, context)
  expect(out.text).toBe(`${made.link}\n`)
  expect(err.text).toMatch(/^Invitation to lab for 2 newcomers, until .*\(in 24 h\)$/m)
  expect(err.text).toMatch(/gives +submit: hand out tasks\n +execute: take.*\n +observe: follow/)
  expect(err.text).toContain('asks   /ip4/10.0.0.1/tcp/4001\n')
  expect(err.text).toContain('The link is a secret, like a password. Whoever has it is in')
  expect(err.text).not.toContain('█')
})

test('a link that only works on this machine says so', async () => {
  const { context, err } = contextOf()
  await showInvitation(invitation('127.0.0.1'), quiet, context)
  expect(err.text).toContain('only agents here can use it')
})

test('where the QR code does not fit, what it takes is said; who insists gets it', async () => {
  const small = contextOf({ tty: true })
  await showInvitation(invitation('10.0.0.1'), quiet, small.context)
  expect(small.err.text).toMatch(/No QR code: it takes a terminal of \d+ columns and \d+ lines/)
  const forced = contextOf({ tty: true })
  await showInvitation(invitation('10.0.0.1'), { ...quiet, qr: true }, forced.context)
  expect(forced.err.text).toContain('█████')
  const none = contextOf({ tty: true })
  await showInvitation(invitation('10.0.0.1'), { ...quiet, 'no-qr': true }, none.context)
  expect(none.err.text).not.toMatch(/QR|█/)
})

test('where somebody is, without who that is', () => {
  expect(withoutId(`/ip4/10.0.0.1/tcp/4001/p2p/${owner}`)).toBe('/ip4/10.0.0.1/tcp/4001')
})
