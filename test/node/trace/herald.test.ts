import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { BatchStore } from '../../../src/node/trace/batch-store.ts'
import { Heads } from '../../../src/node/trace/heads.ts'
import { Herald } from '../../../src/node/trace/herald.ts'
import { OwnLog } from '../../../src/node/trace/own-log.ts'
import { until } from '../../helpers/processes.ts'
import { alice } from '../../protocol/samples.ts'
import { chain, own } from './samples.ts'

function setup() {
  const state = { listened: true, reaches: true, tailed: false, next: 0, now: Date.now() }
  const [sent, here, heads]: [number[], number[], boolean[]] = [[], [], []]
  const bytes: Uint8Array[] = []
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
      publishHead(head) {
        bytes.push(head.bytes)
        return Promise.resolve(heads.push(head.body.tailed) > 0)
      },
      here: ({ body }) => here.push(body.first)
    }
  })
  const batches = chain()
  const append = (): void => {
    log.append([own(batches.next(1))])
    void herald.look()
  }
  return { herald, append, state, sent, here, heads, bytes, made }
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

test('each that begins to listen is greeted with bytes of its own, some at a time', async () => {
  const { herald, bytes, state } = setup()
  state.tailed = true
  herald.greet()
  expect(bytes).toHaveLength(1)
  for (let nth = 0; nth < 10; nth++) herald.greet()
  expect(bytes).toHaveLength(1)
  await until('greeted together', () => bytes.length === 2)
  expect(bytes[0]).not.toEqual(bytes[1])
  herald.greet()
  await until('greeted later', () => bytes.length === 3)
  herald.greet()
  herald.stop()
})

test('those who only listen are told at once that an observer began to tail', async () => {
  const { append, herald, heads, state } = setup()
  append()
  herald.greet()
  expect(heads).toEqual([false])
  state.tailed = true
  await herald.look()
  await until('told', () => heads.length === 2)
  expect(heads).toEqual([false, true])
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
