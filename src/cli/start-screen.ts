/** What `peerwork up` says when it has started. */

import type { AgentInfo } from '../node/api.ts'
import { columns } from './columns.ts'
import { hueOf } from './colour.ts'
import type { Output } from './output.ts'
import { plainLabel } from './plain-text.ts'

/** What the agent does not know of itself. */
export interface StartFacts {
  readonly info: AgentInfo
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
    ['network', `${info.network}${facts.mdns ? ', peers on the local network are found' : ''}`],
    ['address', first],
    ...others.map((address) => ['', address]),
    ...(info.home === null ? [] : [['home', info.home]]),
    ['submit', whoMaySubmit(facts, out)],
    ...skillRows(info),
    ...(info.metrics === undefined ? [] : [['metrics', `${info.metrics}/metrics and /healthz`]])
  ]
  const cells = rows.map(([head = '', text = '']) => [`  ${label(head)}`, text])
  for (const line of columns(cells)) out.line(line)
  out.line()
  showHowToJoin(info, out)
  if (info.admits === 'everybody') warnOpen(out)
}

function whoMaySubmit({ info, allowed, allowFile }: StartFacts, { paint }: Output): string {
  if (info.admits === 'everybody') return paint(['bold', 'yellow'], 'everybody who can reach it')
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

function showHowToJoin(info: AgentInfo, out: Output): void {
  const { paint } = out
  const address = info.addresses.find((text) => !text.includes('/127.0.0.1/')) ?? info.addresses[0]
  if (address === undefined) return
  out.line(paint('dim', '  Others join with'))
  out.line(`    ${paint('cyan', `peerwork up --bootstrap ${address}`)}`)
  const [skill] = info.skills
  if (skill === undefined) return
  out.line(paint('dim', '  and have work done with'))
  const name = plainLabel(info.name)
  const to = /\s/.test(name) ? `'${name}'` : name
  const task = `peerwork run ${skill.name} --to ${to} --bootstrap ${address} --input '{…}'`
  out.line(`    ${paint('cyan', task)}`)
}

function warnOpen(out: Output): void {
  const { paint } = out
  const text = ' OPEN  Everybody who can reach this agent may run its skills. '
  out.line()
  out.line(paint(['bold', 'yellow', 'inverse'], text))
  out.line(paint('yellow', '       Name the peers you trust with --allow instead.'))
}
