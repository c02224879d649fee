/** `peerwork network create` and `restore`: what comes of the owner's key. */

import { existsSync } from 'node:fs'
import { systemClock } from '../../node/clock.ts'
import type { CreatedNetwork, CreateInit } from '../../node/membership/create.ts'
import { holdsMembership } from '../../node/membership/members-file.ts'
import { configDirFor, ownerKeyPath } from '../../node/membership/owner-key.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { networkIdOf } from '../../protocol/membership/network-id.ts'
import type { Context } from '../command.ts'
import { columns } from '../columns.ts'
import type { Output } from '../output.ts'
import { isPersonThere, Person } from '../person.ts'
import { plainLabel } from '../plain-text.ts'
import { paragraph } from './paragraph.ts'
import { again } from './again.ts'
import { mustRest } from './home.ts'
import type { NetworkLine } from './home.ts'
import { withPassphrases } from './passphrases.ts'
import { until } from './when.ts'

type Way = 'create' | 'restore'

export async function create(line: NetworkLine, context: Context, way: Way): Promise<void> {
  const { values } = line
  const name = nameOf(line, way)
  const configDir = configDirFor(context.env)
  const home = await mustRest(values, context, `${way} the network`)
  const isFree = !existsSync(ownerKeyPath(configDir, name)) && !holdsMembership(home)
  let locked = false
  let chosen: string | undefined
  const made = await withPassphrases(values, context, async (known) => {
    const { home: homePassphrase, owner } = known
    const ask = way === 'create' && isFree && owner === undefined && chosen === undefined
    if (ask && isPersonThere(context, values.json)) chosen = (await lockFor(name, context)) ?? ''
    const passphrase = owner ?? (chosen === '' ? undefined : chosen)
    locked = passphrase !== undefined
    return make(way, {
      ...{ name, configDir, home },
      ...memberName(line, context),
      ...(passphrase !== undefined && { passphrase }),
      ...(homePassphrase !== undefined && { homePassphrase })
    })
  })
  if (values.json) context.out.json({ ...made, locked })
  else show({ ...made, locked, way }, values, context.err)
}

async function make(way: Way, init: CreateInit): Promise<CreatedNetwork> {
  if (way === 'restore') {
    const { restoreAdmin } = await import('../../node/membership/restore.ts')
    return restoreAdmin(init)
  }
  const { createNetwork } = await import('../../node/membership/create.ts')
  return createNetwork(init)
}

/** @throws PeerworkError `BAD_OPTION` */
function nameOf({ name }: NetworkLine, way: Way): string {
  const command = { command: 'network' }
  if (name === undefined) {
    const text = `which name? peerwork network ${way} <name>`
    throw new PeerworkError('BAD_OPTION', text, command)
  }
  // Said before anybody is asked for a passphrase.
  networkIdOf(name, '')
  return name
}

async function lockFor(name: string, context: Context): Promise<string | undefined> {
  const { err } = context
  const text =
    `The owner's key of ${name} decides who is an admin. A passphrase keeps it useless for ` +
    'whoever finds the file; nobody can recover it for you.'
  for (const line of paragraph(text, err, '')) err.line(line)
  using person = new Person(context)
  return await person.askNewPassphrase("the owner's key")
}

/** What the agent is called: as its `up` would have it. */
export function memberName(
  { values }: Pick<NetworkLine, 'values'>,
  { env }: Pick<Context, 'env'>
): { readonly memberName: string } | undefined {
  const name = values.name ?? env['PEERWORK_NAME'] ?? ''
  return name === '' ? undefined : { memberName: name }
}

interface Made extends CreatedNetwork {
  readonly locked: boolean
  readonly way: Way
}

function show(made: Made, values: NetworkLine['values'], out: Output): void {
  const { paint } = out
  const { name, network, owner, ownerKeyPath: key, locked, member, memberName: called } = made
  const verb = made.way === 'create' ? 'is made, and this agent is its first admin' : 'has an admin'
  const title = `network ${paint('bold', plainLabel(name))} ${verb}`
  out.line(`${paint(['bold', 'green'], '✔')} ${title}`)
  out.line()
  const rows = [
    ['network', network],
    ['admin', `${paint('bold', plainLabel(called))} ${member}`],
    ['until', until(made.expires, systemClock.now())],
    ['owner', owner],
    ['owner key', key],
    ['', locked ? 'locked with a passphrase' : paint('yellow', 'not locked with a passphrase')]
  ]
  const cells = rows.map(([head = '', text = '']) => [`  ${paint('dim', head)}`, text])
  for (const line of columns(cells)) out.line(line)
  if (made.way === 'create') adviseOn(key, out)
  out.line()
  out.line(paint('dim', '  Next'))
  const next = [
    [`    ${paint('cyan', again('up', values))}`, 'start this agent'],
    [`    ${paint('cyan', again('invite', values))}`, 'let others in']
  ]
  for (const line of columns(next)) out.line(line)
}

function adviseOn(key: string, out: Output): void {
  const text =
    "The owner's key makes, renews and removes admins. Whoever has it owns the network, and " +
    'without it the network ends with its last admin. Members work without it: copy it to a safe ' +
    'place, take it off this machine, and bring it back when an admin comes or goes, and once a ' +
    'year for each.'
  out.line()
  for (const line of paragraph(text, out)) out.line(line)
  out.line(`    ${out.paint('cyan', `mv ${key} /media/…`)}`)
}
