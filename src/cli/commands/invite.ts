/** `peerwork invite`: a link with which others join. */

import type { Invitation } from '../../node/membership/api.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import { checkAuthority } from '../membership/authority.ts'
import { memberHome } from '../membership/home.ts'
import { letInUntilUsed } from '../membership/let-in.ts'
import { PASSPHRASES } from '../membership/passphrases.ts'
import { readOffer } from '../membership/offer.ts'
import { showInvitation } from '../membership/show-invitation.ts'
import { sign } from '../membership/sign-invitation.ts'
import { anyAgent } from '../session.ts'

export const INVITE_OPTIONS = {
  role: {
    type: 'string',
    multiple: true,
    value: '<roles>',
    about: 'what newcomers may: submit, execute, observe, admin; the first three by default'
  },
  uses: { type: 'string', value: '<n>', about: 'how many it lets in; 1 by default' },
  expires: { type: 'string', value: '<time>', about: 'until when it holds; 24h by default' },
  address: {
    type: 'string',
    multiple: true,
    value: '<addr>',
    about: 'where newcomers find this agent, when it is not where it listens (repeat)'
  },
  qr: { type: 'boolean', about: 'draw the QR code even where it does not fit' },
  'no-qr': { type: 'boolean', about: 'draw no QR code' },
  wait: { type: 'boolean', about: 'without a running agent: stay and let newcomers in' },
  'no-wait': { type: 'boolean', about: 'without a running agent: print the link and end' },
  ...NETWORKING,
  ...PASSPHRASES
} as const

export const invite = defineCommand({
  name: 'invite',
  summary: 'let others into the network, with a link',
  about: [
    'Prints a link on stdout. Whoever has it can join, so hand it over like a password; it ends ' +
      'after --expires (30 days at most), or when it was used --uses times. The QR code is the ' +
      'same link.',
    'A newcomer asks the agents whose addresses are in the link, so one has to run: this one, or ' +
      'another admin that listens there. When no agent runs with this home, the command stays ' +
      'and lets newcomers in itself, on a terminal; elsewhere it prints the link and ends ' +
      '(--wait, --no-wait).',
    'submit: hand out tasks. execute: take tasks. observe: follow traces. admin: let others in ' +
      "and put them out; that takes the owner's key on this machine."
  ],
  options: INVITE_OPTIONS,
  json: 'One object: link, network, name, roles, uses, expires (ms), addresses.',
  examples: [
    ['peerwork invite', 'one newcomer, today'],
    ['peerwork invite --uses 20 --expires 7d', 'a class'],
    ['peerwork invite --role observe', 'somebody who only watches'],
    ['peerwork invite --role submit,execute,observe,admin', "another admin, with the owner's key"],
    ['peerwork invite --json | jq -r .link', 'the link for a script']
  ],
  async run({ values }, context) {
    const offer = readOffer(values)
    const { info } = await memberHome(values, context)
    const byOwner = offer.roles?.includes('admin') === true
    checkAuthority(info, { what: `invites ${byOwner ? 'an admin' : 'others'}`, byOwner }, context)
    await using session = await anyAgent(values, context, { serve: true, quiet: true })
    const invitation = await sign(session, offer, values, context)
    if (values.json) context.out.json(jsonOf(invitation))
    else await showInvitation(invitation, values, context)
    if (session.running !== undefined) return
    const stay = values.wait || (context.out.tty && !values.json && !values['no-wait'])
    await letInUntilUsed(session, invitation, { stay, values, context })
  }
})

function jsonOf(invitation: Invitation): object {
  const { link, network, roles, uses, expires, addresses } = invitation
  return { link, network, name: nameOfNetwork(network), roles, uses, expires, addresses }
}
