/** An invitation needs an admin that answers: without a running agent, this command is one. */

import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../node/clock.ts'
import type { Invitation, Member } from '../../node/membership/api.ts'
import type { Context } from '../command.ts'
import { shortId } from '../names.ts'
import { plainLabel } from '../plain-text.ts'
import type { Session } from '../session.ts'
import { again } from './again.ts'

/** How often to look who has come, ms. */
const LOOK_MS = 250

interface Stay {
  /** Whether to stay at all, or only to say who has to. */
  readonly stay: boolean
  readonly values: Parameters<typeof again>[1] & { readonly json: boolean }
  readonly context: Context
}

/** Until everybody has come, the invitation has expired, or Ctrl-C. */
export async function letInUntilUsed(
  { agent }: Pick<Session, 'agent'>,
  { uses, expires }: Invitation,
  { stay, values, context }: Stay
): Promise<void> {
  const { err, interrupts } = context
  const up = err.paint('cyan', again('up', values))
  if (!stay) {
    if (!values.json) err.line(`  Newcomers need this agent: start it with ${up}`)
    return
  }
  const before = new Set((await agent.members()).map(identify))
  const come = new Set<string>()
  err.line(`${err.paint('cyan', '◌')} waiting for newcomers; Ctrl-C ends (or run ${up} instead)`)
  const { signal } = interrupts
  while (come.size < uses && systemClock.now() < expires && !signal.aborted) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
    for (const member of await agent.members()) {
      const key = identify(member)
      if (before.has(key) || come.has(key) || member.state !== 'member') continue
      come.add(key)
      tell(member, context)
    }
  }
  const left = come.size < uses ? `${come.size} of ${uses} came` : 'all have come'
  err.line(`${left}; start this agent, so that they find it: ${up}`)
}

/** Who comes again has the same id, and another day of joining. */
const identify = ({ id, state }: Member): string => `${id} ${state}`

function tell({ name, id, roles }: Member, { err }: Context): void {
  const { paint } = err
  const who = `${paint('bold', plainLabel(name, 32))} ${paint('dim', shortId(id))}`
  err.line(`${paint(['bold', 'green'], '+')} ${who} has joined: ${roles.join(', ')}`)
}
