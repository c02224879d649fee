/** What `peerwork up` says when it has started. */

import type { AgentInfo } from '../node/api.ts'
import { systemClock } from '../node/clock.ts'
import type { MembershipInfo } from '../node/membership/api.ts'
import { columns, wrappedColumns } from './columns.ts'
import { hueOf } from './colour.ts'
import { again } from './membership/again.ts'
import { showWarnings } from './membership/warnings.ts'
import { until } from './membership/when.ts'
import type { Output } from './output.ts'
import { plainLabel } from './plain-text.ts'

/** What the agent does not know of itself. */
export interface StartFacts {
  readonly info: AgentInfo
  /** How the home was selected on the command line, for command lines to copy. */
  readonly choice?: Parameters<typeof again>[1]
  /** Peer ids given with --allow. */
  readonly allowed: number
  readonly allowFile: string | undefined
  readonly mdns: boolean
}

export function showStart(facts: StartFacts, out: Output): void {
  const { info } = facts
  const { paint } = out
  const label = (text: string): string => paint('dim', text)
  const name = paint(['bold', hueOf(info.id)], plainLabel(info.name))
  out.line(`${paint(['bold', 'green'], '●')} ${name} is up ${label(`peerwork ${info.version}`)}`)
  out.line()
  const [first = '', ...others] = info.addresses
  const rows = [
    ['id', paint('bold', info.id)],
    ['network', `${networkOf(info)}${facts.mdns ? ', peers on the local network are found' : ''}`],
    ...memberRows(info.membership),
    ['address', first],
    ...others.map((address) => ['', address]),
    ...(info.home === null ? [] : [['home', info.home]]),
    ['submit', whoMaySubmit(facts, out)],
    ...skillRows(info),
    ...(info.metrics === undefined ? [] : [['metrics', `${info.metrics}/metrics and /healthz`]])
  ]
  const cells = rows.map(([head = '', text = '']) => [`  ${label(head)}`, text])
  const lines = out.tty ? wrappedColumns(cells, out.columns) : columns(cells)
  for (const line of lines) out.line(line)
  if (info.membership !== undefined) showWarnings(info.membership, systemClock.now(), out)
  out.line()
  showHowToJoin(facts, out)
  if (info.admits === 'everybody') warnOpen(out)
}

const networkOf = ({ network, membership }: AgentInfo): string =>
  plainLabel(membership?.name ?? network)

/** What this agent may do in its network, and until when. */
function memberRows(membership: MembershipInfo | undefined): string[][] {
  if (membership === undefined) return []
  const { owner, roles, expires, members } = membership
  const renewal = roles.includes('admin') ? '' : ', renews itself'
  const now = systemClock.now()
  return [
    ['owner', owner],
    ['roles', roles.length === 0 ? 'none' : roles.join(', ')],
    ...(expires === null || roles.length === 0
      ? []
      : [['until', `${until(expires, now)}${renewal}`]]),
    ['members', members === 1 ? 'no others are known yet' : String(members)]
  ]
}

function whoMaySubmit({ info, allowed, allowFile }: StartFacts, { paint }: Output): string {
  if (info.admits === 'everybody') return paint(['bold', 'yellow'], 'everybody who can reach it')
  if (info.admits === 'members') return 'members with the role submit'
  if (info.admits === 'nobody') {
    const flag = paint('cyan', '--allow <peer id>')
    return `${paint('yellow', 'nobody')}: let someone in with ${flag} (their id: peerwork id)`
  }
  const listed = allowed === 1 ? 'one allowed peer' : `${allowed} allowed peers`
  if (allowFile === undefined) return listed
  return `${allowed > 0 ? `${listed} and ` : ''}the peers in ${allowFile}`
}

function skillRows({ skills, isolation }: AgentInfo): string[][] {
  if (skills.length === 0) return [['skills', 'none: it only asks others; offer some with --skill']]
  const reached = isolation === 'os' ? 'own process inside bubblewrap' : 'own process'
  return skills.map(({ name, description }, at) => {
    const text = `${plainLabel(name, 64)}: ${plainLabel(description, 70)}`
    return [
      at === 0 ? 'skills' : '',
      at === 0 ? `${text} [isolation ${isolation}: ${reached}]` : text
    ]
  })
}

function showHowToJoin(facts: StartFacts, out: Output): void {
  const { info } = facts
  if (info.membership !== undefined) return showHowToInvite(facts, info.membership, out)
  const { paint } = out
  const address = info.addresses.find((text) => !text.includes('/127.0.0.1/')) ?? info.addresses[0]
  if (address === undefined) return
  out.line(paint('dim', '  Others join with'))
  out.line(`    ${paint('cyan', `peerwork up --bootstrap ${address}`)}`)
  const [skill] = info.skills
  if (skill === undefined) return
  out.line(paint('dim', '  and have work done with'))
  const to = nameWord(info.name)
  const task = `peerwork run ${skill.name} --to ${to} --bootstrap ${address} --input '{…}'`
  out.line(`    ${paint('cyan', task)}`)
}

function showHowToInvite(
  { info: { name, skills }, choice = { home: undefined, name: undefined } }: StartFacts,
  { roles }: MembershipInfo,
  out: Output
): void {
  const { paint } = out
  if (roles.includes('admin')) {
    out.line(paint('dim', '  Let others in, and see who is there, from another terminal with'))
    out.line(`    ${paint('cyan', again('invite', choice))}`)
    out.line(`    ${paint('cyan', again('members', choice))}`)
  }
  const [skill] = skills
  if (skill === undefined) return
  out.line(paint('dim', '  Members have work done with'))
  const task = `peerwork run ${skill.name} --to ${nameWord(name)} --input '{…}'`
  out.line(`    ${paint('cyan', task)}`)
}

/** A name as a shell takes it. */
function nameWord(name: string): string {
  const shown = plainLabel(name)
  return /\s/.test(shown) ? `'${shown}'` : shown
}

function warnOpen(out: Output): void {
  const { paint } = out
  const text = ' OPEN  Everybody who can reach this agent may run its skills. '
  out.line()
  out.line(paint(['bold', 'yellow', 'inverse'], text))
  out.line(paint('yellow', '       Name the peers you trust with --allow instead.'))
}
