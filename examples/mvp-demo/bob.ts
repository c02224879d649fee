/** Bob has a document and no model: he looks for Alice and asks her. */

import { readFileSync } from 'node:fs'
import type { Agent } from 'peerwork'
import { act, say } from './actor.ts'
import type { Analysis } from './summary.ts'

/** A wait without a word looks like a fault. */
const TELL_AFTER_MS = 4_000

await act({}, async (agent, { alice, file, waitMs }) => {
  const text = readFileSync(file, 'utf8')
  const meeting = tellWhenFound(agent, alice, waitMs)
  const task = agent.submit<Analysis>('analyse-text', { text }, { to: alice, wait: waitMs })
  for await (const event of task) {
    if (event.type === 'submitted') {
      say({ type: 'submitted', task: event.task, trace: event.trace })
    } else if (event.type === 'accepted') {
      await meeting
      say({ type: 'accepted', ahead: event.ahead })
    } else if (event.type === 'progress') {
      const { fraction, message } = event
      const told = { ...(fraction === undefined ? {} : { fraction }) }
      say({ type: 'progress', ...told, ...(message === undefined ? {} : { message }) })
    }
  }
  const { by, isolation, engine, timing, usage, sealed, value } = await task.result
  say({
    ...{ type: 'result', by, isolation, engine, timing, usage, value },
    sealedBytes: sealed.length
  })
})

async function tellWhenFound(agent: Agent, id: string, waitMs: number): Promise<void> {
  const patience = setTimeout(() => void tellAlone(agent, waitMs), TELL_AFTER_MS).unref()
  for await (const { type, peer } of agent.watchPeers()) {
    if (type !== 'joined' || peer.id !== id) continue
    clearTimeout(patience)
    say({ type: 'found', id, name: peer.name, via: peer.via })
    return
  }
}

async function tellAlone(agent: Agent, waitMs: number): Promise<void> {
  const { alone } = await agent.status()
  if (alone !== null) say({ type: 'alone', why: alone, leftMs: waitMs - TELL_AFTER_MS })
}
