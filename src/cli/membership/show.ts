/** `peerwork network`: which one this home is in. */

import { systemClock } from '../../node/clock.ts'
import type { MembershipInfo } from '../../node/membership/api.ts'
import type { Context } from '../command.ts'
import { columns } from '../columns.ts'
import type { Output } from '../output.ts'
import { plainLabel } from '../plain-text.ts'
import { again } from './again.ts'
import { ownerPlace } from './authority.ts'
import { lookHome } from './home.ts'
import type { Membership, NetworkLine, Outside } from './home.ts'
import { paragraph } from './paragraph.ts'
import { until } from './when.ts'
import { showWarnings } from './warnings.ts'

/** Exit code for a home that is in no network: nothing was found. */
const NOT_FOUND = 3

export async function showNetwork({ values }: NetworkLine, context: Context): Promise<number> {
  const found = await lookHome(values, context)
  if (!('info' in found)) {
    if (values.json) context.out.json(noneJson(found))
    else showNone(found, values, context.err)
    return NOT_FOUND
  }
  const { path, isHere } = ownerPlace(found.info.name, context)
  const ownerKey = isHere ? path : null
  if (values.json) context.out.json(jsonOf(found, ownerKey))
  else show(found, ownerKey, context.out)
  return 0
}

const noneJson = ({ home, running }: Outside): object => ({
  network: null,
  home,
  running: running !== undefined
})

function jsonOf(found: Membership, ownerKey: string | null): object {
  const { network, name, owner, roles, expires, admins, members, problems } = found.info
  const member = { id: found.id, name: selfName(found) }
  return {
    ...{ network, name, owner, member, roles, expires, admins, members, problems, ownerKey },
    ...{ home: found.home, running: found.running !== undefined }
  }
}

const selfName = ({ members, id }: Membership): string | null =>
  members.find(({ self, id: member }) => self && member === id)?.name ?? null

function showNone({ home, running }: Outside, values: NetworkLine['values'], out: Output): void {
  const { paint } = out
  const where =
    running === undefined
      ? `The home ${home} is in no network with members.`
      : `This agent runs in the open network ${plainLabel(running.info.network)}, without members.`
  for (const line of paragraph(where, out, '')) out.line(line)
  const rows = [
    [`  ${paint('cyan', again('network create <name>', values))}`, 'make one'],
    [`  ${paint('cyan', again('join <link>', values))}`, 'join one']
  ]
  for (const line of columns(rows)) out.line(line)
}

function show(found: Membership, ownerKey: string | null, out: Output): void {
  const { info, id, running } = found
  const { paint } = out
  const now = systemClock.now()
  const { members, admins, expires } = info
  const self = `${paint('bold', plainLabel(selfName(found) ?? ''))} ${id}`.trim()
  const rows = [
    ['network', `${paint('bold', plainLabel(info.name))} ${paint('dim', info.network)}`],
    ['owner', info.owner],
    ['', ownerKey === null ? paint('dim', 'its key is not here') : `its key is here: ${ownerKey}`],
    ['member', self],
    ['roles', rolesOf(info) || paint('red', 'none')],
    ...(expires === null || info.roles.length === 0
      ? []
      : [['until', `${until(expires, now)}${renewal(info)}`]]),
    [
      'members',
      `${members}, ${admins === 1 ? 'one of them an admin' : `${admins} of them admins`}`
    ],
    ['agent', running === undefined ? 'not running' : `running, pid ${running.info.pid}`]
  ]
  const cells = rows.map(([head = '', text = '']) => [paint('dim', head), text])
  for (const line of columns(cells)) out.line(line)
  showWarnings(info, now, out)
}

export const rolesOf = ({ roles }: Pick<MembershipInfo, 'roles'>): string => roles.join(', ')

/** Members are renewed by admins; admins by the owner. */
const renewal = ({ roles }: MembershipInfo): string =>
  roles.includes('admin') ? '' : ', renews itself'
