/**
 * A guest: a short-lived agent that asks the running agent of this home itself.
 *
 * An agent does not work for itself. When a person runs a skill that only their own agent offers, a
 * guest with a key of its own dials that agent; the control socket, which only the same user can
 * open, vouches for it while it is there.
 */

import type { AgentInfo } from '../node/api.ts'
import type { Running } from './control-client.ts'
import type { Session } from './session.ts'

/** The session to submit with: the given one, or a guest of its agent. */
export async function callerOf(
  session: Session,
  skill: string,
  to: string | undefined
): Promise<Session> {
  const { running, agent } = session
  const same = { ...session, [Symbol.asyncDispose]: () => Promise.resolve() }
  if (running === undefined) return same
  const meant = to === undefined ? undefined : isMeant(running.info, to)
  if (meant === false || !offers(running.info, skill)) return same
  if (meant === undefined && (await agent.peers()).some((peer) => offers(peer, skill))) return same
  return startGuest(running)
}

async function startGuest(running: Running): Promise<Session> {
  const { createAgent } = await import('../node/agent.ts')
  const { addresses, network, name } = running.info
  const leave = new AbortController()
  const guest = await createAgent({
    name: `guest of ${name}`.slice(0, 60),
    network,
    preset: 'loopback',
    // Its own agent is no stranger to it.
    allow: [running.info.id],
    bootstrap: addresses
  })
  await running.admit(guest.id, leave.signal)
  return {
    agent: guest,
    info: await guest.info(),
    async [Symbol.asyncDispose]() {
      await guest.stop({ graceMs: 0 })
      leave.abort()
    }
  }
}

function isMeant({ id, name }: AgentInfo, to: string): boolean {
  return name === to || (to.length >= 6 && id.startsWith(to))
}

const offers = ({ skills }: Pick<AgentInfo, 'skills'>, skill: string): boolean =>
  skills.some(({ name }) => name === skill)
