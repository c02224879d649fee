import { expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { contentPage } from '../../src/observer/content-page.ts'
import type { ShownContent } from '../../src/observer/content-page.ts'
import { Contents } from '../../src/observer/contents.ts'
import { openSqliteStore } from '../../src/observer/sqlite/open.ts'
import type { TraceStore } from '../../src/observer/store.ts'
import type { TraceFact } from '../../src/protocol/trace.ts'
import { temporary } from '../gateway/observed.ts'
import { TASK, TRACE } from '../node/control-double.ts'
import { fieldsOf, hex, KEY, logOf, received, told } from './content-samples.ts'

const { elapsed } = systemClock
const signal = new AbortController().signal
const contents = new Contents({
  elapsed,
  door: { contentKey: () => Promise.resolve(KEY.slice()) }
})

async function storeOf(facts: readonly TraceFact[]): Promise<TraceStore> {
  const store = await openSqliteStore({ dir: temporary(), clock: systemClock })
  await store.ingest(logOf(facts))
  return store
}

async function walk(store: TraceStore, limit: number): Promise<readonly ShownContent[][]> {
  const pages: ShownContent[][] = []
  let after: string | undefined
  do {
    const means = { store, contents, elapsed, signal }
    const page = await contentPage({ trace: TRACE, limit, after }, means)
    pages.push([...(page?.items ?? [])])
    after = page?.next
  } while (after !== undefined)
  return pages
}

test('contents come by the start of their spans, page by page, none twice', async () => {
  const spans = [1, 2, 3, 4, 5]
  const both = (n: number) => [...told(n, `in ${n}`), ...told(n, 'o', 'output')]
  const facts = spans.flatMap((n) => [received(n), ...both(n)])
  await using store = await storeOf(facts)
  const pages = await walk(store, 2)
  expect(pages.map((page) => page.length)).toEqual([4, 4, 2])
  const values = pages.flat().map(({ span, of, state, value }) => [span, of, state, value])
  expect(values).toEqual(
    spans.flatMap((n) => [
      [hex(n), 'input', 'shown', `in ${n}`],
      [hex(n), 'output', 'shown', 'o']
    ])
  )
})

test('a page ends early when it has enough, and the next goes on there', async () => {
  const large = 'x'.repeat(97_000)
  const spans = Array.from({ length: 15 }, (_, n) => n + 1)
  await using store = await storeOf(spans.flatMap((n) => [received(n), ...told(n, large)]))
  const pages = await walk(store, 100)
  expect(pages.map((page) => page.length)).toEqual([11, 4])
  expect(pages.flat().map(({ span }) => span)).toEqual(spans.map(hex))
  expect(pages.flat().every(({ value }) => value === large)).toBe(true)
})

test('what was not told says so, and why when its producer did', async () => {
  const reason = 'the output is too large to be told'
  const guard = { guard: 'trace.content', limit: 1, value: 2, action: 'warned', reason } as const
  const step = { wallMs: 1, name: 'think', kind: 'step' } as const
  await using store = await storeOf([
    received(1),
    received(2),
    ...told(2, 'in'),
    { type: 'guard.tripped', ...fieldsOf(2), ...guard },
    { type: 'guard.tripped', ...fieldsOf(2), ...guard, guard: 'turns' },
    { type: 'step.ended', ...fieldsOf(3), ...step },
    { type: 'task.submitted', ...fieldsOf(4), side: 'requester', bytes: 1 }
  ])
  const [items = []] = await walk(store, 100)
  expect(items.map(({ span, of, state, why }) => [span, of, state, why?.message])).toEqual([
    [hex(1), null, 'not-told', 'its producer told no contents of it'],
    [hex(2), 'input', 'shown', undefined],
    [hex(2), null, 'not-told', reason]
  ])
})

test('one span is asked for by itself, and what is not there is not there', async () => {
  await using store = await storeOf([received(1), received(2), ...told(2, 'in')])
  const means = { store, contents, elapsed, signal }
  const page = (span: string, trace = TRACE) => contentPage({ trace, span, limit: 1 }, means)
  expect((await page(hex(2)))?.items).toMatchObject([{ span: hex(2), value: 'in', task: TASK }])
  expect(await page(hex(9))).toBeUndefined()
  expect(await page(hex(2), '0'.repeat(32))).toBeUndefined()
  const none = contentPage({ trace: '0'.repeat(32), limit: 1 }, means)
  expect(await none).toBeUndefined()
})

test('a part that is missing makes its content unreadable, and no other', async () => {
  const [first, ...rest] = told(1, 'x'.repeat(20_000))
  if (first === undefined || rest.length === 0) throw new Error('two parts')
  await using store = await storeOf([received(1), first, ...told(1, 'out', 'output')])
  const [items = []] = await walk(store, 100)
  expect(items.map(({ of, state }) => [of, state])).toEqual([
    ['input', 'unreadable'],
    ['output', 'shown']
  ])
})

test('of long work the middle is looked through only when something is missing', async () => {
  const work = (n: number, ...told: TraceFact[][]): TraceFact[] => [
    ...[received(n), ...(told[0] ?? []), ...Array.from({ length: 20 }, () => step)],
    ...[...(told[1] ?? []), ...Array.from({ length: 20 }, () => step), ...(told[2] ?? [])],
    { type: 'task.completed', ...fieldsOf(n), ...USED }
  ]
  const step = { type: 'step.ended', ...fieldsOf(99), wallMs: 1, name: 'x', kind: 'step' } as const
  await using store = await storeOf([
    ...work(1, told(1, 'early'), [], told(1, 'end', 'output')),
    ...work(2, [], told(2, 'late'), told(2, 'end', 'output')),
    ...work(3, told(3, 'early'), told(3, 'soon', 'output')),
    ...work(4)
  ])
  let asked = 0
  const counting: TraceStore = {
    ...store,
    facts: (query) => {
      asked++
      return store.facts(query)
    }
  }
  const counts: [number, unknown[]][] = []
  for (const n of [1, 2, 3, 4]) {
    asked = 0
    const means = { store: counting, contents, elapsed, signal }
    const page = await contentPage({ trace: TRACE, span: hex(n), limit: 1 }, means)
    counts.push([asked, page?.items.map(({ value, state }) => value ?? state) ?? []])
  }
  expect(counts).toEqual([
    [2, ['early', 'end']],
    [3, ['late', 'end']],
    [3, ['early', 'soon']],
    [2, ['not-told']]
  ])
})

const USED = { wallMs: 1, cpuMs: 1, tokens: 0, cost: 0, bytes: 1, chunks: 0 }
