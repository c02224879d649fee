import { expect, test } from 'vitest'
import { ranked } from '../../../src/node/routing/candidates.ts'
import { routedFact } from '../../../src/node/routing/routed.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { CANDIDATES_MAX, isTraceEvent } from '../../../src/protocol/trace.ts'
import { createField } from './field.ts'

const work = {
  ...{ trace: 'ab'.repeat(16), span: 'cd'.repeat(8), task: '11'.repeat(16) },
  ...{ skill: 'shout', side: 'requester' }
} as const
const asEvent = (fact: object, peer: string) => ({ seq: 0, at: 0, ...work, peer, ...fact })

test('the event has the winner and those that came near, and counts the others', async () => {
  const agents = Array.from({ length: 7 }, (_, at) => identityFromSeed(new Uint8Array(32).fill(at)))
  const field = await createField(...agents.map(({ id }, at) => ({ from: id, name: `a${at}` })))
  const { peers, around } = field
  const wanted = { skill: 'shout', trust: 'anybody' } as const
  const among = ranked(peers.all(), wanted, { around, seed: 's' })
  const winner = among[0]?.facts.peer
  if (winner === undefined) throw new Error('nobody won')
  const fact = routedFact(winner, { among, attempt: 1, after: undefined })
  expect(fact.candidates).toHaveLength(CANDIDATES_MAX)
  expect(fact).toMatchObject({ type: 'task.routed', attempt: 1, more: 2 })
  expect(fact.candidates[0]).toMatchObject({ peer: winner.id, why: 'the best of 7' })
  expect(isTraceEvent(asEvent(fact, winner.id))).toBe(true)
  const again = routedFact(winner, { among: [], attempt: 2, after: 'PEER_LOST' })
  expect(again).toMatchObject({ after: 'PEER_LOST', candidates: [{ why: 'the only one left' }] })
  expect(isTraceEvent(asEvent(again, winner.id))).toBe(true)
})
