/** `peerwork revoke <peer>`: put a member out. */

import { setTimeout as sleep } from 'node:timers/promises'
import { toMs } from '../../node/duration.ts'
import type { Member, Revoked } from '../../node/membership/api.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import type { COMMON, Context, Values } from '../command.ts'
import { untilInterrupted } from '../interrupts.ts'
import { again } from '../membership/again.ts'
import { checkAuthority } from '../membership/authority.ts'
import { findAmong } from '../membership/find.ts'
import { memberHome } from '../membership/home.ts'
import { PASSPHRASES } from '../membership/passphrases.ts'
import { putOut } from '../membership/put-out.ts'
import { shortId } from '../names.ts'
import { isPersonThere, Person } from '../person.ts'
import { plainLabel } from '../plain-text.ts'
import { anyAgent } from '../session.ts'
import type { Session } from '../session.ts'

/** How long a short-lived agent looks for others to tell. */
const WAIT = '3s'
/** How often it looks whether somebody is there, ms, and how long it then waits for more. */
const LOOK_MS = 100

const options = {
  reason: { type: 'string', value: '<text>', about: 'why, for all members to read' },
  yes: { type: 'boolean', short: 'y', about: 'do not ask' },
  wait: {
    type: 'string',
    value: '<time>',
    about: `without a running agent: how long to look for others; ${WAIT} by default`
  },
  ...NETWORKING,
  ...PASSPHRASES
} as const
type Given = Values<typeof options & typeof COMMON>

export const revoke = defineCommand({
  name: 'revoke',
  summary: 'put a member out of the network',
  about: [
    'All members that are connected hear it at once, end their connections with that member and ' +
      'refuse it from then on. Those that are away hear it from the first member they meet, ' +
      'before they do anything else with it. The member itself need not be there.',
    "An admin puts out members; putting out an admin takes the owner's key. Whom an admin has " +
      'let in goes with that admin, unless another admin renewed the certificate since.',
    'It cannot be taken back: only a new invitation makes somebody a member again.'
  ],
  words: [{ name: 'peer', about: 'the id of a member, a beginning of it, or its name' }],
  options,
  json: 'One object: id, name, told (connected members that were told at once).',
  examples: [
    ['peerwork revoke bob --reason "laptop stolen"', 'with a word to the others'],
    ['peerwork revoke 12D3KooWabcdef --yes', 'in a script']
  ],
  async run({ values, words }, context) {
    const { info, members } = await memberHome(values, context)
    const member = findAmong(members, words[0] ?? '')
    if (member.state === 'revoked' || member.state === 'moved') throw goneAlready(member)
    const byOwner = member.roles.includes('admin')
    const what = `puts out ${plainLabel(member.name)}${byOwner ? ', an admin' : ''}`
    checkAuthority(info, { what, byOwner }, context)
    if (!(await isSure(member, info.name, values, context))) return 1
    await using session = await anyAgent(values, context)
    if (session.running === undefined) await meetSomebody(session, values, context)
    const done = await putOut(session, member, values, context)
    if (values.json) context.out.json(done)
    else tell(done, { name: info.name, running: session.running !== undefined, values }, context)
    return 0
  }
})

function goneAlready({ name, id, state, next }: Member): PeerworkError {
  const now = next === undefined ? '' : `: it is ${next} now`
  const text = `${plainLabel(name)} (${shortId(id)}) is ${state} already${now}`
  return new PeerworkError('PEER_UNKNOWN', text, { peer: id })
}

async function isSure(
  { name, id, roles, self }: Member,
  network: string,
  { yes, json }: Given,
  context: Context
): Promise<boolean> {
  if (yes) return true
  const who = `${plainLabel(name)} (${shortId(id)}; ${roles.join(', ')})`
  if (!isPersonThere(context, json)) {
    const text = `this puts out ${who} and cannot be taken back; say so with --yes`
    throw new PeerworkError('BAD_OPTION', text, { command: 'revoke' })
  }
  if (self) context.err.line(context.err.paint('yellow', 'That is this agent itself.'))
  using person = new Person(context)
  if (await person.confirm(`Put ${who} out of ${plainLabel(network)}?`)) return true
  context.err.line('Nothing was changed.')
  return false
}

async function meetSomebody(
  { agent }: Session,
  { wait }: Given,
  { interrupts }: Context
): Promise<void> {
  const waitMs = toMs(wait ?? WAIT, '--wait')
  for (let waited = 0; waited < waitMs; waited += LOOK_MS) {
    await untilInterrupted(sleep(LOOK_MS), interrupts)
    if ((await agent.members()).some(({ connected }) => connected)) break
  }
}

interface Told {
  readonly name: string
  readonly running: boolean
  readonly values: Given
}

function tell(
  { id, name, told }: Revoked,
  { name: network, running, values }: Told,
  context: Context
) {
  const { err } = context
  const { paint } = err
  const who = `${paint('bold', plainLabel(name))} (${shortId(id)})`
  err.line(`${paint(['bold', 'green'], '✔')} ${who} is put out of ${plainLabel(network)}`)
  const up = again('up', values)
  if (told > 0) {
    const count = told === 1 ? 'One connected member was' : `${told} connected members were`
    err.line(`  ${count} told; others hear it when they meet one that knows.`)
  } else if (running) {
    err.line('  Nobody is connected now; members hear it when they meet this agent.')
  } else {
    const text = `Nobody was there to hear it: start this agent, so that members do: ${up}`
    err.line(paint('yellow', `  ${text}`))
  }
}
