import { expect, test } from 'vitest'
import { Intake } from '../../src/observer/intake.ts'
import type { Ingest, Ingested, TraceStore } from '../../src/observer/store.ts'
import { PriceBook } from '../../src/observer/prices/book.ts'

const entry = (span: string): Ingest => ({
  ...{ handoffs: [], facts: [] },
  spans: [
    {
      ...{ trace: 'ab'.repeat(16), span: span.repeat(8), source: { kind: 'key', by: 'k' } },
      ...{ kind: 'model', model: 'gpt-4o', startUs: Date.parse('2025-01-01') * 1_000 },
      tokens: { input: 1_000_000 }
    }
  ]
})

/** A store of which the test decides when and what it answers. */
function door() {
  const asked: (readonly Ingest[])[] = []
  const { promise, resolve, reject } = Promise.withResolvers<readonly Ingested[]>()
  const ingest: TraceStore['ingest'] = (entries) => {
    asked.push(entries)
    return promise
  }
  return { store: { ingest } as TraceStore, asked, resolve, reject }
}

test('what comes is priced, stored, and told only then, and only when it is new', async () => {
  const { store, asked, resolve } = door()
  const intake = new Intake(store, new PriceBook())
  const told: (readonly Ingest[])[] = []
  const stop = intake.listen((entries) => told.push(entries))
  const taking = intake.take([entry('aa'), entry('bb')])
  expect(asked[0]?.[0]?.spans[0]).toMatchObject({ cost: 2.5, costSource: 'estimated' })
  expect(told).toEqual([])
  resolve(['new', 'known'])
  expect(await taking).toEqual(['new', 'known'])
  expect(told).toHaveLength(1)
  expect(told[0]).toHaveLength(1)
  stop()
  await intake.take([entry('cc'), entry('dd')])
  expect(told).toHaveLength(1)
})

test('too much waiting is refused with a time to come back, and taken again later', async () => {
  const { store, resolve } = door()
  const intake = new Intake(store, new PriceBook())
  const many = Array.from({ length: 20_001 }, () => ({ spans: [], handoffs: [], facts: [] }))
  const first = intake.take(many)
  await expect(intake.take([entry('aa')])).rejects.toMatchObject({
    ...{ code: 'BUSY', facts: { retryAfterMs: 1_000 } }
  })
  resolve([])
  await first
  await expect(intake.take([entry('aa')])).resolves.toEqual([])
})

test('what the store fails with reaches the sender, and nothing is told', async () => {
  const { store, reject } = door()
  const intake = new Intake(store, new PriceBook())
  intake.listen(() => expect.unreachable())
  const taking = intake.take([entry('aa')])
  reject(new Error('full'))
  await expect(taking).rejects.toThrow('full')
})
