import { expect, test } from 'vitest'
import { barsOf, sumsBy } from '../../web/src/costs/sums.ts'
import { tracesOf } from '../../web/src/costs/drill.ts'
import { edgesOf, windowIn } from '../../web/src/costs/window.ts'
import { SPAN, TRACE } from '../gateway/observed.ts'
import { expectAccessible } from './axe.ts'
import { dashboard, PHONE, visit } from './browser.ts'

const HOSTILE = '<img src=x onerror=alert(1)>\u202Eevil\u001B[31m'
const hour = 3_600_000

const call = (at: number, more: object = {}) => ({
  ...{ type: 'span', trace: TRACE, span: SPAN, name: 'chat', kind: 'model', agent: 'planner' },
  ...{ start: at, end: at + 500, model: 'gpt-4o', tokens: { input: 1_000, output: 100 }, ...more }
})

/** Calls whose cost was reported, estimated, and is unknown. */
async function spent() {
  const it = await dashboard()
  const now = Date.now()
  await it.tell(
    call(now - hour),
    call(now - 2 * hour, { span: '1'.repeat(16), agent: 'writer', cost: 2.5 }),
    call(now - 30 * hour, { span: '2'.repeat(16), model: 'nobody-knows', agent: HOSTILE })
  )
  return it
}

test('what was spent is told with how it is known, by model and by agent', async () => {
  const page = await visit(await spent(), { path: '/costs' })
  const totals = page.getByLabel('Totals')
  await totals.getByText('$2.50', { exact: true }).first().waitFor()
  expect(await totals.innerText()).toMatch(/Estimated\s+\$0\.0035[^]*Unknown\s+1 call\n/)
  const models = page.getByRole('region', { name: 'By model' })
  await models.getByRole('row', { name: /nobody-knows.*1 unknown/ }).waitFor()
  const agents = page.getByRole('region', { name: 'By agent' })
  await agents.getByRole('link', { name: 'writer' }).waitFor()
  expect(await agents.innerText()).toContain('<img src=x onerror=alert(1)>')
  await page.getByText(/the built-in list of \d+ prices, the newest of 20\d\d-/).waitFor()
  await expectAccessible(page)
})

test('a sum leads to its traces', async () => {
  const page = await visit(await spent(), { path: '/costs?since=30d' })
  await page.getByRole('region', { name: 'By agent' }).getByRole('link', { name: 'writer' }).click()
  expect(new URL(page.url()).searchParams.get('q')).toBe('agent:writer since:30d')
})

test('the time, the grain and the bars stand in the address, and back undoes them', async () => {
  const page = await visit(await spent(), { path: '/costs' })
  await page.getByRole('img', { name: /cost by day/ }).waitFor()
  await page.getByRole('button', { name: '24 hours' }).click()
  await page.getByRole('img', { name: /cost by hour/ }).waitFor()
  // What was spent before is not of this time.
  await page.getByText('nobody-knows').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'tokens' }).click()
  await page.getByRole('img', { name: /tokens by hour; most: 1,100/ }).waitFor()
  expect(new URL(page.url()).search).toBe('?since=24h&show=tokens')
  await page.goBack()
  await page.goBack()
  await page.getByRole('img', { name: /cost by day/ }).waitFor()
  await page.getByText('As a table').click()
  const table = page.getByRole('group', { name: 'cost by day' })
  expect(await table.getByRole('row').count()).toBeGreaterThan(7)
})

test('days are chosen, and wrong ones are told beside the field', async () => {
  const page = await visit(await spent(), { path: '/costs' })
  const today = new Date().toISOString().slice(0, 10)
  await page.getByLabel('From').fill(today)
  await page.getByLabel('To (included, UTC)').fill('2026-01-01')
  await page.getByText('before the first day').waitFor()
  await page.getByRole('button', { name: 'Show' }).click()
  expect(new URL(page.url()).search).toBe('')
  await page.getByLabel('To (included, UTC)').fill(today)
  await page.getByRole('button', { name: 'Show' }).click()
  await page.waitForURL(`**/costs?from=${today}&to=${today}`)
})

test('a budget is checked, and what is no number is said to be none', async () => {
  const page = await visit(await spent(), { path: '/costs' })
  const field = page.getByLabel('Budget for this time')
  await field.fill('a lot')
  await page.getByText('a number such as 20').waitFor()
  await field.fill('2')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText(/over the budget: \$2.50 of \$2.00 \(125 %\), \$0.5 too much/).waitFor()
  expect(new URL(page.url()).searchParams.get('budget')).toBe('2')
})

test('nothing used is said as such, and new costs appear by themselves', async () => {
  const it = await dashboard()
  const page = await visit(it, { path: '/costs', viewport: PHONE })
  await page.getByRole('heading', { name: 'Nothing was used in this time' }).waitFor()
  await expectAccessible(page)
  await page.getByText('live', { exact: true }).waitFor()
  await it.tell(call(Date.now() - 1_000, { cost: 1 }))
  await page.getByLabel('Totals').getByText('$1.00').first().waitFor()
  const wide = await page.evaluate('document.documentElement.scrollWidth')
  expect(wide).toBe(PHONE.width)
})

test('a time in an address that makes no sense is the usual one', () => {
  expect(windowIn(new URLSearchParams('since=3y&by=minute'))).toEqual({ since: '7d', grain: 'day' })
  expect(windowIn(new URLSearchParams('from=2026-13-77'))).toMatchObject({ since: '7d' })
  const day = windowIn(new URLSearchParams('from=2026-02-01&to=2026-02-01'))
  expect(day).toEqual({ from: '2026-02-01', to: '2026-02-01', grain: 'hour' })
  const { fromMs, toMs } = edgesOf(day, 0)
  expect(toMs - (fromMs ?? 0)).toBe(24 * hour)
})

const row = (bucketUs: number, more: object = {}) => ({
  ...{ bucketUs, agent: 'a', model: 'm', kind: 'model' as const, spans: 1, errors: 0 },
  ...{ durationMs: 1, input: 10, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  ...{ cost: 1, costReported: 0, costEstimated: 1, costUnknown: 0, ...more }
})

test('hours without anything have a bar too, and what was estimated is a part', () => {
  const rows = [row(0), row(2 * hour * 1_000, { cost: 3, costEstimated: 1 })]
  const edges = { fromMs: 0, toMs: 4 * hour, grain: 'hour' } as const
  expect(barsOf(rows, 'cost', edges)).toEqual([
    { atMs: 0, value: 1, estimated: 1 },
    { atMs: hour, value: 0, estimated: 0 },
    { atMs: 2 * hour, value: 3, estimated: 1 },
    { atMs: 3 * hour, value: 0, estimated: 0 }
  ])
  expect(barsOf([], 'cost', { fromMs: undefined, toMs: hour, grain: 'day' })).toHaveLength(1)
})

test('sums are in order of what they cost', () => {
  const rows = [row(0, { agent: 'b' }), row(0, { agent: 'c', cost: 9 }), row(0, { agent: 'b' })]
  expect(sumsBy(rows, ({ agent }) => agent).map(({ name, cost }) => [name, cost])).toEqual([
    ['c', 9],
    ['b', 2]
  ])
})

test('names that would fall apart in a search are quoted', () => {
  const words = (link: string) => new URL(link, 'http://x').searchParams.get('q')
  expect(words(tracesOf({ agent: 'a "b"' }))).toBe(String.raw`agent:"a \"b\""`)
  const window = { from: '2026-01-31', to: '2026-01-31' }
  expect(words(tracesOf({ model: 'm', window }))).toBe('model:m since:2026-01-31 until:2026-02-01')
})
