/** `peerwork network leave`: this home forgets that it is a member. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Context } from '../command.ts'
import { isPersonThere, Person } from '../person.ts'
import { plainLabel } from '../plain-text.ts'
import { memberHome, mustRest } from './home.ts'
import type { Membership, NetworkLine } from './home.ts'
import { paragraph } from './paragraph.ts'

export async function leave({ values }: NetworkLine, context: Context): Promise<number> {
  const home = await mustRest(values, context, 'leave the network')
  const found = await memberHome(values, context)
  if (!(await isSure(found, values, context))) return 1
  const { leaveNetwork } = await import('../../node/membership/leave.ts')
  const left = await leaveNetwork(home)
  if (values.json) context.out.json(left)
  else tell(found, context)
  return 0
}

async function isSure(
  { info }: Membership,
  { yes, json }: NetworkLine['values'],
  context: Context
): Promise<boolean> {
  if (yes) return true
  const { err } = context
  const name = plainLabel(info.name)
  if (!isPersonThere(context, json)) {
    const text = `leaving ${name} takes a new invitation to undo; say so with --yes`
    throw new PeerworkError('BAD_OPTION', text, { command: 'network' })
  }
  if (info.roles.includes('admin') && info.admins <= 1) {
    const text = `This is the only admin of ${name}: without one nobody is let in or renewed.`
    err.line(err.paint('yellow', text))
  }
  using person = new Person(context)
  if (await person.confirm(`Leave ${name}? Only a new invitation brings this agent back.`))
    return true
  err.line('Nothing was changed.')
  return false
}

function tell({ info, id }: Membership, { err }: Context): void {
  const { paint } = err
  err.line(`${paint(['bold', 'green'], '✔')} this home is in ${plainLabel(info.name)} no more`)
  const text =
    'Others were not told: the certificate ends by itself. ' +
    'So that it ends at once, have an admin run'
  for (const line of paragraph(text, err)) err.line(paint('dim', line))
  err.line(`    ${paint('cyan', `peerwork revoke ${id}`)}`)
}
