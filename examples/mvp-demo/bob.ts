/** Bob has a document and no model: he looks for Alice and asks her. */

import { readFileSync } from 'node:fs'
import type { Agent } from 'peerwork'
import { act, say } from './actor.ts'
import type { Analysis } from './summary.ts'

await act({}, async (agent, { alice, file, waitMs }) => {
  const text = readFileSync(file, 'utf8')
  const meeting = tellWhenFound(agent, alice)
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

async function tellWhenFound(agent: Agent, id: string): Promise<void> {
  for await (const { type, peer } of agent.watchPeers()) {
    if (type !== 'joined' || peer.id !== id) continue
    say({ type: 'found', id, name: peer.name, via: peer.via })
    return
  }
}
