/**
 * A guest: a short-lived agent that asks the running agent of this home itself.
 *
 * An agent does not work for itself. When a person runs a skill that only their own agent offers, a
 * guest with a key of its own dials that agent; the control socket, which only the same user can
 * open, vouches for it while it is there.
 */

import type { Agent, AgentInfo } from '../node/api.ts'
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
  const { addresses, network, name, membership } = running.info
  const leave = new AbortController()
  const guest = await createAgent({
    name: `guest of ${name}`.slice(0, 60),
    preset: 'loopback',
    // In a network with an owner nobody is a stranger; elsewhere its own agent must not be one.
    ...(membership === undefined
      ? { network, allow: [running.info.id] }
      : { guestOf: { network, owner: membership.owner } })
  })
  try {
    // First, or it would be turned away at the door where there is one.
    await running.admit(guest.id, leave.signal)
    await connectAny(guest, addresses)
  } catch (error) {
    leave.abort()
    await guest.stop({ graceMs: 0 })
    throw error
  }
  return {
    agent: guest,
    info: await guest.info(),
    async [Symbol.asyncDispose]() {
      await guest.stop({ graceMs: 0 })
      leave.abort()
    }
  }
}

/** @throws PeerworkError why the last address could not be reached */
async function connectAny(guest: Agent, addresses: readonly string[]): Promise<void> {
  let failure: unknown
  for (const address of addresses) {
    try {
      await guest.connect(address)
      return
    } catch (error) {
      failure = error
    }
  }
  if (failure !== undefined) throw failure
}

function isMeant({ id, name }: AgentInfo, to: string): boolean {
  return name === to || (to.length >= 6 && id.startsWith(to))
}

const offers = ({ skills }: Pick<AgentInfo, 'skills'>, skill: string): boolean =>
  skills.some(({ name }) => name === skill)
