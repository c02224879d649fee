import { expect, test } from 'vitest'
import { Inbox } from '../../../src/observer/collect/inbox.ts'
import { foldBatch } from '../../../src/observer/collect/fold-batch.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import { until } from '../../helpers/processes.ts'
import { seal } from '../../../src/protocol/seal.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice, bob } from '../../protocol/samples.ts'
import { MemoryStore } from './memory-store.ts'

function setup() {
  const memory = new MemoryStore()
  const [stored, troubles]: [number[], (string | undefined)[]] = [[], []]
  const refused: string[] = []
  const inbox = new Inbox({
    ...{ store: memory.store, clock: { chance: () => 0 } },
    entryOf: (batch) => {
      const { body, bytes, digest } = batch
      const place = { by: body.from, boot: toHex(body.boot), first: body.first, issued: 0 }
      const kept = { ...place, count: body.events.length, bytes, digest: toHex(digest) }
      return { ...foldBatch(batch), batch: kept }
    },
    stored: ({ body }) => stored.push(body.first),
    refused: ({ body }, { code }) => refused.push(`${body.first} ${code}`),
    trouble: (error) => troubles.push(error?.code)
  })
  return { inbox, memory, stored, refused, troubles }
}

test('what comes together is written together, and told when it is stored', async () => {
  const { inbox, memory, stored } = setup()
  const batches = chain()
  for (let nth = 0; nth < 40; nth++) expect(inbox.offer(batches.next(1))).toBe(true)
  expect(stored).toEqual([])
  await inbox.settled()
  expect(stored).toEqual(Array.from({ length: 40 }, (_, first) => first))
  expect([memory.calls, inbox.size]).toEqual([2, 0])
})

test('one producer fills its own share only; who can wait does', async () => {
  const { inbox, memory, troubles } = setup()
  memory.full = true
  const flood = chain(1, alice, 'x'.repeat(190))
  let taken = 0
  while (inbox.offer(flood.next())) taken++
  expect(taken).toBeGreaterThan(100)
  expect(taken).toBeLessThan(400)
  expect(inbox.offer(chain(2, bob).next())).toBe(true)
  let put = false
  const waiting = inbox.put(flood.next()).then((is) => (put = is))
  await until('told', () => troubles.length === 1)
  expect([put, troubles]).toEqual([false, ['STORE_FULL']])
  memory.full = false
  await waiting
  await inbox.settled()
  expect([put, inbox.size, troubles]).toEqual([true, 0, ['STORE_FULL', undefined]])
})

test('after the end nothing is taken, and nobody waits for ever', async () => {
  const { inbox, memory } = setup()
  memory.full = true
  const flood = chain(1, alice, 'x'.repeat(190))
  while (inbox.offer(flood.next()));
  const waiting = inbox.put(flood.next())
  const settled = inbox.settled()
  await inbox.close()
  expect(await waiting).toBe(false)
  await settled
  expect(inbox.offer(flood.next())).toBe(false)
})

test('what the store will never take goes by itself, and stops nobody else', async () => {
  const { inbox, memory, stored, refused, troubles } = setup()
  const batches = chain()
  const { body } = batches.next(1)
  const far = body.events.map((event) => ({ ...event, at: 8.64e15 }))
  memory.full = true
  expect(inbox.offer(seal('batch', { ...body, events: far }, alice))).toBe(true)
  for (let nth = 0; nth < 3; nth++) expect(inbox.offer(batches.next(1))).toBe(true)
  await until('the disk is full', () => troubles.length === 1)
  memory.full = false
  await inbox.settled()
  expect([stored, refused, inbox.size]).toEqual([[1, 2, 3], ['0 MALFORMED'], 0])
  expect(troubles.at(-1)).toBeUndefined()
})
