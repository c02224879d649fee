/** Our workshop with the echo skill, used as `src/node` does but without any network. */

import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createWorkshop } from '../src/tasks/workshop.ts'
import type { WorkPort } from '../src/tasks/work.ts'
import type { Work } from './signed.ts'
import { silent } from './silent.ts'

/** More than is ever in flight here. */
const QUEUE = 256
const WALL_MS = 60_000
const FROM = '12D3KooWBenchmarkBenchmarkBenchmarkBenchmarkBenchmar'
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** @param capacity tasks at once; by default as an agent has it */
export async function workshop(capacity = availableParallelism()): Promise<Work> {
  const skills = [{ file: import.meta.resolve('./skills/echo.ts') }]
  const limits = { capacity, queue: QUEUE }
  const house = createWorkshop({ skills, ...limits, log: silent, now: Date.now })
  await house.ready()
  const { signal } = new AbortController()
  return {
    run: async (input) => {
      const { outcome } = house.take({
        id: randomUUID(),
        from: FROM,
        skill: 'echo',
        input,
        budget: { wallMs: WALL_MS, depth: 0 },
        traceparent: TRACEPARENT,
        signal,
        on: port
      })
      const done = await outcome
      if (done.status !== 'completed') throw new Error(done.error.message)
      return done.output
    },
    close: async () => house[Symbol.asyncDispose]()
  }
}

const port: WorkPort = {
  started: () => undefined,
  progress: () => undefined,
  tell: () => undefined,
  chunk: async () => {},
  handOn: async () => {
    throw new Error('echo hands nothing on')
  }
}
