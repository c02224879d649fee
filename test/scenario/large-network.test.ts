/**
 * Thirty agents, more than one agent keeps company with: they are one network all the same, and
 * everyone works for everyone. `make scale` measures the same with a hundred.
 */

import { expect, test } from 'vitest'
import { measure } from '../../bench/scale/measure.ts'
import { PEERS_WANTED } from '../../src/node/meet/reserve.ts'

const AGENTS = 30
/** Each asks all others: some that are its peers, and some that have to be found. */
const ASKS = AGENTS - 1

test('thirty agents are one network, and each works for each other', async () => {
  const { answers, degree, forming, resting } = await measure({
    agents: AGENTS,
    asks: ASKS,
    restMs: 3_000
  })
  expect(answers.faults).toEqual([])
  expect(answers).toMatchObject({ asked: AGENTS * ASKS, answered: AGENTS * ASKS })
  // Not everybody with everybody: each dials until it has enough, and others dial it.
  expect(degree.mean).toBeGreaterThanOrEqual(PEERS_WANTED)
  expect(degree.mean).toBeLessThan(2 * PEERS_WANTED)
  // One exchange a connection, and one more for skills that were ready later.
  const exchanges = forming.streams['/peerwork/card/1'] ?? 0
  expect(exchanges).toBeGreaterThan(0)
  expect(exchanges).toBeLessThan(3 * PEERS_WANTED)
  expect(answers.each.streams['/peerwork/find/1'] ?? 0).toBeGreaterThan(0)
  expect(resting.kib).toBeLessThan(20)
})
