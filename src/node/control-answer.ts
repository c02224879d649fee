/** One request of the control socket, asked of the agent, as the lines that answer it. */

import type { AgentApi } from './api.ts'
import type { ControlAnswer, ControlRequest } from './control-protocol.ts'
import { toWireEvent, toWireResult } from './control-protocol.ts'

/** What the socket serves. */
export interface Controlled extends AgentApi {
  /** Let a guest submit until the returned function is called. */
  admit(guest: string): () => void
  /** Drop the key of own contents of a trace, or of all. */
  forgetContents(trace?: string): void
}

/**
 * Ask the agent. Ends after `ok` or `end`; what the agent throws passes through.
 *
 * @param signal aborts when the asker has gone: cancels the task or ends the stream
 */
export async function* answer(
  agent: Controlled,
  request: ControlRequest,
  signal: AbortSignal
): AsyncGenerator<ControlAnswer, void, void> {
  switch (request.op) {
    case 'info':
      yield { ok: await agent.info() }
      return
    case 'peers':
      yield { ok: await agent.peers() }
      return
    case 'tasks':
      yield { ok: await agent.tasks() }
      return
    case 'status':
      yield { ok: await agent.status() }
      return
    case 'doctor':
      yield { ok: await agent.doctor() }
      return
    case 'cancel':
      await agent.cancel(request.task, request.reason)
      yield { ok: null }
      return
    case 'members':
      yield { ok: await agent.members() }
      return
    case 'invite':
      yield { ok: await agent.invite(request.options) }
      return
    case 'revoke':
      yield { ok: await agent.revoke(request.member, request.reason) }
      return
    case 'announce':
      yield { ok: await agent.announce(request.record) }
      return
    case 'forget':
      agent.forgetContents(request.trace)
      yield { ok: null }
      return
    case 'run': {
      const options = { ...request.options, signal }
      yield { ok: toWireResult(await agent.run(request.skill, request.input, options)) }
      return
    }
    case 'explain': {
      const options = { ...request.options, signal }
      yield { ok: await agent.explain(request.skill, request.input, options) }
      return
    }
    case 'submit': {
      const task = agent.submit(request.skill, request.input, { ...request.options, signal })
      // The last event tells the same; without this a failure would count as unhandled.
      task.result.catch(() => undefined)
      for await (const event of task) yield { event: toWireEvent(event) }
      break
    }
    case 'admit':
      yield* admit(agent, request.peer, signal)
      break
    case 'watch':
      for await (const event of agent.watch({ ...request.filter, signal })) yield { event }
      break
    case 'watch-peers':
      for await (const event of agent.watchPeers(signal)) yield { event }
      break
  }
  yield { end: true }
}

/** The permission ends with the connection, however that ends. */
async function* admit(
  agent: Controlled,
  peer: string,
  signal: AbortSignal
): AsyncGenerator<ControlAnswer, void, void> {
  const leave = agent.admit(peer)
  try {
    yield { event: { admitted: peer } }
    if (signal.aborted) return
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    leave()
  }
}
