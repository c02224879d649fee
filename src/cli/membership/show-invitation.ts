/** An invitation, for the person who hands it over. */

import { systemClock } from '../../node/clock.ts'
import type { Invitation } from '../../node/membership/api.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import type { Role } from '../../protocol/membership/role.ts'
import type { Context } from '../command.ts'
import { columns } from '../columns.ts'
import type { Output } from '../output.ts'
import { plainLabel } from '../plain-text.ts'
import { paragraph } from './paragraph.ts'
import { qrOf } from './qr.ts'
import { until } from './when.ts'

const GIVES: Readonly<Record<Role, string>> = {
  submit: 'hand out tasks',
  execute: 'take tasks',
  observe: 'follow traces',
  admin: 'let others in and put them out'
}
const LOOPBACK = /^\/ip4\/127\.|^\/ip6\/::1\//

interface Wish {
  readonly qr: boolean
  readonly 'no-qr': boolean
}

/** The link alone goes to stdout. */
export async function showInvitation(
  invitation: Invitation,
  wish: Wish,
  { out, err }: Context
): Promise<void> {
  const { paint } = err
  const { link, network, roles, uses, expires, addresses } = invitation
  const name = paint('bold', plainLabel(nameOfNetwork(network)))
  const whom = uses === 1 ? 'one newcomer' : `${uses} newcomers`
  err.line(`Invitation to ${name} for ${whom}, until ${until(expires, systemClock.now())}`)
  err.line()
  out.line(out.paint('cyan', link))
  err.line()
  const rows = [
    ...roles.map((role, at) => [at === 0 ? 'gives' : '', `${role}: ${GIVES[role]}`]),
    ...[...new Set(addresses.map(withoutId))].map((address, at) => [
      at === 0 ? 'asks' : '',
      address
    ])
  ]
  const cells = rows.map(([head = '', text = '']) => [`  ${paint('dim', head)}`, text])
  for (const line of columns(cells)) err.line(line)
  warn(invitation, err)
  // Last, so that the screen ends with it: it has to be seen whole.
  if (!wish['no-qr'] && (err.tty || wish.qr)) await drawCode(link, wish.qr, err)
}

/** Where somebody is, without who that is. */
export const withoutId = (address: string): string =>
  plainLabel(address.replace(/\/p2p\/[^/]+$/, ''))

function warn({ addresses, uses }: Invitation, err: Output): void {
  const { paint } = err
  const many = uses === 1 ? 'Whoever has it first is in' : 'Whoever has it is in'
  const secret = `The link is a secret, like a password. ${many}, and stays a member until revoked.`
  err.line()
  for (const line of paragraph(secret, err)) err.line(paint('yellow', line))
  if (addresses.every((address) => LOOPBACK.test(address))) {
    const near =
      'It names only addresses of this machine, so only agents here can use it; say where others ' +
      'find this agent with --address.'
    for (const line of paragraph(near, err)) err.line(paint('yellow', line))
  }
  err.line(paint('dim', '  On the other machine:'))
  err.line(`    ${paint('cyan', 'peerwork join -')}   ${paint('dim', 'then paste the link')}`)
}

async function drawCode(link: string, force: boolean, err: Output): Promise<void> {
  err.line()
  const code = await qrOf(link, err, force)
  if ('lines' in code) {
    // Light on dark whatever the terminal's theme is: readers want the margin to be the light part.
    for (const line of code.lines) err.line(err.paint(['bgBlack', 'whiteBright'], line))
  } else {
    const [width, height] = code.needs
    const text = `No QR code: it takes a terminal of ${width} columns and ${height} lines.`
    err.line(err.paint('dim', `  ${text}`))
  }
}
