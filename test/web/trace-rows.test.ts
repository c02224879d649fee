import { expect, test } from 'vitest'
import { PAGE, patched, towardsNewer, towardsOlder, under } from '../../web/src/traces/rows.ts'
import type { TraceSummary } from '../../web/src/types.ts'

const trace = (id: number, more: Partial<TraceSummary> = {}): TraceSummary => ({
  ...{ trace: String(id), name: `run ${id}`, startUs: id, endUs: id, status: 'ok', spans: 1 },
  ...{ errors: 0, agents: [], tokens: 0, cost: 0, costSource: 'none', sealed: false },
  ...{ pinned: false, ...more }
})
const traces = (...ids: number[]): TraceSummary[] => ids.map((id) => trace(id))

test('what was found further on keeps both ends of the page', () => {
  const [page, more] = [
    { items: traces(9, 8), prev: 'p9', next: 'n8' },
    { items: traces(3), prev: 'p3', next: 'n3' }
  ]
  expect(towardsOlder(page, more)).toEqual({ items: traces(9, 8, 3), prev: 'p9', next: 'n3' })
  expect(towardsNewer(more, page)).toEqual({ items: traces(9, 8, 3), prev: 'p9', next: 'n3' })
  expect(towardsOlder(page, { items: [] })).toEqual({ items: traces(9, 8), prev: 'p9' })
  expect(towardsNewer(page, { items: [] })).toEqual({ items: traces(9, 8), next: 'n8' })
})

test('a look that found nothing takes its ends from the next one', () => {
  const found = { items: traces(3), prev: 'p3', next: 'n3' }
  expect(towardsOlder({ items: [], next: 'n5' }, found)).toEqual(found)
  expect(towardsNewer({ items: [], prev: 'p1' }, found)).toEqual(found)
})

test('rows stay where they are when they change', () => {
  const page = { items: traces(9, 8, 7), next: 'n7' }
  const newer = { items: [trace(10), trace(8, { status: 'error' }), trace(9)] }
  const { items, next } = patched(page, newer)
  expect(items.map((one) => [one.trace, one.status])).toEqual([
    ['9', 'ok'],
    ['8', 'error'],
    ['7', 'ok']
  ])
  expect(next).toBe('n7')
})

test('a short look at the top loses nothing that was found below', () => {
  const known = { items: traces(9, 8, 2), next: 'n2' }
  expect(under({ items: traces(10, 9), next: 'n5' }, known)).toEqual({
    ...{ items: traces(10, 9, 8, 2), next: 'n2' }
  })
  // All there is: what is not among it is gone.
  expect(under({ items: traces(10, 9) }, known)).toEqual({ items: traces(10, 9) })
  const full = { items: Array.from({ length: PAGE }, (_, at) => trace(100 - at)), next: 'n51' }
  expect(under(full, known)).toBe(full)
})
