/** Sealed batches of one producer that follow each other, for the tests of this room. */

import { seal } from '../../../src/protocol/seal.ts'
import type { Sealed } from '../../../src/protocol/seal.ts'
import type { TraceBatch, TraceEvent } from '../../../src/protocol/trace.ts'
import type { Identity } from '../../../src/protocol/identity.ts'
import type { OwnBatch } from '../../../src/node/trace/own-batch.ts'
import { isFleeting } from '../../../src/node/trace/worth.ts'
import { alice, bob, NETWORK } from '../../protocol/samples.ts'

export interface Chain {
  readonly boot: Uint8Array
  readonly by: string
  /** The next batch. */
  next(count?: number, type?: 'agent.started' | 'task.progress'): Sealed<TraceBatch>
}

export function chain(seed = 1, by: Identity = alice, name = 'x'): Chain {
  const boot = new Uint8Array(8).fill(seed)
  let first = 0
  let prev: Uint8Array | undefined
  const work = {
    ...{ trace: 'ab'.repeat(16), span: 'cd'.repeat(8), task: '11'.repeat(16), skill: 'shout' },
    ...{ peer: bob.id },
    side: 'executor'
  } as const
  return {
    ...{ boot, by: by.id },
    next(count = 50, type = 'agent.started') {
      const events = Array.from({ length: count }, (_, at): TraceEvent => {
        const place = { seq: first + at, at: Date.now() }
        if (type === 'agent.started') return { type, name, ...place }
        return { type: 'task.progress', ...work, ...place }
      })
      const body: TraceBatch = {
        ...{ v: 1, network: NETWORK, from: by.id, issued: Date.now(), boot, first, dropped: 0 },
        ...{ events, ...(prev !== undefined && { prev }) }
      }
      const sealed = seal('batch', body, by)
      first += count
      prev = sealed.digest
      return sealed
    }
  }
}

/** As the producer's own log takes it. */
export function own(sealed: Sealed<TraceBatch>, dropped = 0): OwnBatch {
  const { boot, first, events } = sealed.body
  const fleeting = events.every(({ type }) => isFleeting(type))
  return { sealed, boot, first, count: events.length, fleeting, dropped }
}
