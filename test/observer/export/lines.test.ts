import { expect, test } from 'vitest'
import { exportLines } from '../../../src/observer/export/lines.ts'
import type { ExportFormat } from '../../../src/observer/export/lines.ts'
import { decodeJson } from '../../../src/observer/otlp/decode-json.ts'
import { readSpans } from '../../../src/observer/otlp/read.ts'
import { readLine } from '../../../src/observer/ndjson.ts'
import type { Parts } from '../../../src/observer/model.ts'
import type { TraceStore } from '../../../src/observer/store.ts'
import { BROKEN_RUN } from '../../gateway/samples.ts'
import { entry, guard, handoff, house, span, TRACE } from '../alerts/house.ts'

const key = { kind: 'key', by: 'k' } as const

async function all(store: TraceStore, format: ExportFormat, window = {}): Promise<string[]> {
  return Array.fromAsync(exportLines(store, window, format))
}

const kept = async (store: TraceStore) => ({
  traces: await store.traces({ limit: 99 }),
  spans: (await store.spans(TRACE, { limit: 99 })).items.map(
    ({ span: id, name, status, cost }) => ({
      ...{ id, name, status, cost }
    })
  ),
  handoffs: await store.handoffs({ trace: TRACE, limit: 99 }),
  facts: (await store.facts({ trace: TRACE, limit: 99 })).items.map(({ type, atUs, body }) => ({
    ...{ type, atUs, body }
  }))
})

test('lines that are read again are the same traces', async () => {
  const [one, other] = [await house(), await house()]
  const parts = BROKEN_RUN.map((line) => readLine(JSON.stringify(line), key))
  await one.observer.intake.take(parts)
  const lines = await all(one.observer.store, 'ndjson')
  expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
  await other.observer.intake.take(lines.map((line) => readLine(line, key)))
  expect(await kept(other.observer.store)).toEqual(await kept(one.observer.store))
})

test('what agents sealed can be read again too, as something that a key says', async () => {
  const { observer } = await house()
  const at = 1_700_000_000_000_000
  const task = { task: 'ab'.repeat(16), skill: 'sum', peer: 'two', side: 'executor' } as const
  const sealed: Parts = entry({
    spans: [span({ trace: TRACE, startUs: at, endUs: at + 5, ...task })],
    facts: [guard(at)],
    handoffs: [handoff(at, { trace: TRACE, bytes: 3, cost: 1, tokens: 2 })]
  })
  await observer.store.ingest([sealed])
  const lines = await all(observer.store, 'ndjson')
  expect(lines).toHaveLength(3)
  const read = lines.map((line) => readLine(line, key))
  expect(read.flatMap(({ spans }) => spans)[0]).toMatchObject({
    ...{ startUs: at, endUs: at + 5, source: key },
    attributes: { 'peerwork.by': 'agent-one', 'peerwork.sealed': true, 'peerwork.skill': 'sum' }
  })
  expect(read.flatMap(({ facts }) => facts)[0]?.type).toBe('event.guard.tripped')
})

test('OTLP has every span with its attributes, as our own decoder reads it', async () => {
  const { observer } = await house()
  const parts = BROKEN_RUN.map((line) => readLine(JSON.stringify(line), key))
  await observer.intake.take(parts)
  const lines = await all(observer.store, 'otlp')
  const read = lines.map((line) => readSpans(decodeJson(line), key))
  const spans = read.flatMap((one) => one.spans)
  expect(new Set(spans.map(({ name }) => name))).toEqual(new Set(['book', 'chat', 'plan a trip']))
  const book = spans.find(({ name }) => name === 'book')
  expect(book).toMatchObject({ trace: TRACE, status: 'error', kind: 'tool' })
  expect(book?.attributes).toMatchObject({ 'http.status': 500 })
})

test('only what began in the window is read, and only as far as it is wanted', async () => {
  const { observer } = await house()
  const at = 1_700_000_000_000_000
  const spans = Array.from({ length: 450 }, (_, nth) =>
    span({ startUs: at + nth, endUs: at + nth })
  )
  await observer.store.ingest([entry({ spans })])
  expect(await all(observer.store, 'otlp')).toHaveLength(450)
  const window = { fromUs: at + 10, toUs: at + 20 }
  expect(await all(observer.store, 'otlp', window)).toHaveLength(10)
  let asked = 0
  const store = {
    ...observer.store,
    spans: (...words: Parameters<TraceStore['spans']>) => {
      asked++
      return observer.store.spans(...words)
    }
  }
  for await (const _ of exportLines(store, {}, 'otlp')) if (asked === 3) break
  expect(asked).toBe(3)
})
