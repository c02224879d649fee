import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { BatchStore } from '../../../src/node/trace/batch-store.ts'
import { Heads } from '../../../src/node/trace/heads.ts'
import { Herald } from '../../../src/node/trace/herald.ts'
import { OwnLog } from '../../../src/node/trace/own-log.ts'
import { until } from '../../helpers/processes.ts'
import { alice } from '../../protocol/samples.ts'
import { chain } from './samples.ts'

function setup() {
  const state = { listened: true, reaches: true, tailed: false, next: 0, now: Date.now() }
  const [sent, here, heads]: [number[], number[], boolean[]] = [[], [], []]
  const log = new OwnLog({
    ...{ open: () => new BatchStore(undefined), elapsed: () => 0, trouble: () => undefined }
  })
  const made = new Heads({
    ...{ identity: alice, network: 'home', listened: () => state.listened },
    clock: { ...systemClock, elapsed: () => state.now },
    facts: () => {
      const { next, tailed } = state
      return { boot: new Uint8Array(8), next, oldest: 0, dropped: 0, tailed }
    }
  })
  const herald = new Herald({
    ...{ log, heads: made, tailed: () => state.tailed, now: () => state.now },
    gossip: {
      listened: () => state.listened,
      publish: ({ body }) => {
        if (state.reaches) sent.push(body.first)
        return Promise.resolve(state.reaches)
      },
      publishHead: ({ body }) => Promise.resolve(heads.push(body.tailed) > 0),
      here: ({ body }) => here.push(body.first)
    }
  })
  const batches = chain()
  const append = (): void => {
    log.append([{ sealed: batches.next(1), dropped: 0 }])
    void herald.look()
  }
  return { herald, append, state, sent, here, heads, made }
}

test('batches are gossiped while nobody tails, and kept for whoever listens later', async () => {
  const { append, herald, state, sent } = setup()
  append()
  append()
  await until('both', () => sent.length === 2)
  state.listened = false
  append()
  append()
  expect(sent).toEqual([0, 1])
  state.listened = true
  await herald.look()
  expect(sent).toEqual([0, 1, 2, 3])
})

test('while an observer tails nothing is gossiped, and who listens here hears it', async () => {
  const { append, herald, state, sent, here } = setup()
  state.tailed = true
  append()
  append()
  await until('heard here', () => here.length === 2)
  state.tailed = false
  append()
  await herald.look()
  expect([sent, here]).toEqual([[2], [0, 1]])
})

test('a batch that reaches nobody is tried again, and one that is too old is not', async () => {
  const { append, herald, state, sent } = setup()
  state.reaches = false
  append()
  await herald.look()
  state.reaches = true
  await until('again', () => sent.length === 1)
  state.listened = false
  append()
  state.now += 110_000
  state.listened = true
  await herald.look()
  expect(sent).toEqual([0])
})

test('a head greets whoever begins to listen, and is rare while an observer tails', async () => {
  const { herald, made, state, heads } = setup()
  herald.greet()
  expect(heads).toEqual([false])
  const change = async (tailed: boolean): Promise<void> => {
    state.tailed = tailed
    state.next++
    state.now += 1_000
    made.touch()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await change(false)
  await change(true)
  await change(true)
  await change(true)
  await change(false)
  expect(heads).toEqual([false, false, true, false])
})
