/** `peerwork agents`: this user's agents on this machine. */

import { basename } from 'node:path'
import type { AgentInfo } from '../../node/api.ts'
import { systemClock } from '../../node/clock.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { columns } from '../columns.ts'
import { hueOf } from '../colour.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import { connectControl } from '../control-client.ts'
import { knownHomes } from '../homes.ts'
import { plainLabel } from '../plain-text.ts'
import { formatDuration } from '../units.ts'

interface Found {
  readonly home: string
  readonly name: string
  readonly running: boolean
  readonly info?: AgentInfo
  /** Why a running one says nothing. */
  readonly silent?: string
}

export const agents = defineCommand({
  name: 'agents',
  summary: 'list your agents on this machine',
  about: [
    'Those that run; with --all also homes without a running agent. Several agents live side by ' +
      'side: each --name has a home, a key, a socket and a port of its own.'
  ],
  options: { all: { type: 'boolean', about: 'also those that do not run' } },
  json:
    'One object: {"agents": [{"name", "home", "running", and when it runs "id", "network", ' +
    '"pid", "started", "addresses", "load"}]}.',
  examples: [
    ['peerwork agents', 'what runs here'],
    ['peerwork agents --all --json', 'every home, for a script']
  ],
  async run({ values }, context) {
    const found = await Promise.all(knownHomes(context.env).map(look))
    const shown = values.all ? found : found.filter(({ running }) => running)
    if (values.json) context.out.json({ agents: shown.map(jsonOf) })
    else show(shown, found.length - shown.length, context)
  }
})

async function look(home: string): Promise<Found> {
  const name = basename(home)
  try {
    const running = await connectControl(home)
    if (running === undefined) return { home, name, running: false }
    return { home, name: running.info.name, running: true, info: running.info }
  } catch (error) {
    return { home, name, running: true, silent: toPeerworkError(error).message }
  }
}

function jsonOf({ home, name, running, info, silent }: Found): object {
  if (info === undefined) return { name, home, running, ...(silent !== undefined && { silent }) }
  const { id, network, pid, started, addresses, load } = info
  return { name, home, running, id, network, pid, started, addresses, load }
}

function show(found: readonly Found[], others: number, { out, err }: Context): void {
  const { paint } = out
  const rows = found.map((agent) => {
    const { home, name, running, info, silent } = agent
    const dot = running ? paint(info === undefined ? 'yellow' : 'green', '●') : paint('dim', '○')
    const label = info === undefined ? plainLabel(name) : paint(hueOf(info.id), plainLabel(name))
    return [`${dot} ${label}`, silent ?? factsOf(info), paint('dim', home)]
  })
  for (const line of columns(rows)) out.line(line)
  if (found.length === 0) err.line('no agent runs here; start one with: peerwork up')
  if (others > 0) {
    const which = others === 1 ? 'one home has' : `${others} homes have`
    err.line(err.paint('dim', `${which} no running agent: peerwork agents --all`))
  }
}

function factsOf(info: AgentInfo | undefined): string {
  if (info === undefined) return 'does not run'
  const { network, pid, started, load } = info
  const up = formatDuration(Math.max(0, systemClock.now() - started))
  const open = load.running + load.queued
  const tasks = open === 1 ? 'one task' : `${open} tasks`
  return `network ${plainLabel(nameOfNetwork(network))}, pid ${pid}, up ${up}, ${tasks}`
}
