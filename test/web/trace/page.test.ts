import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { TRACE } from '../../gateway/observed.ts'
import { dashboard, visit } from '../browser.ts'
import { settled } from '../settled.ts'
import { TRIP } from './run.ts'

const path = `/trace/${TRACE}`
const asked = (page: Page) => new URL(page.url()).searchParams

async function trip() {
  const it = await dashboard()
  await it.tell(...TRIP)
  const page = await visit(it, { path })
  await page.getByRole('heading', { name: 'plan a trip', level: 1 }).waitFor()
  return { it, page }
}

test('the head says how it ended, who took part, how long it took', async () => {
  const { page } = await trip()
  const facts = await page.locator('.facts > div').allInnerTexts()
  expect(facts.map((one) => one.replace(/\s+/g, ' '))).toEqual(
    expect.arrayContaining([
      'Status ✕ failed',
      'Took 10 s',
      'Agents flights, hotels, planner',
      'Spans 5, 3 failed'
    ])
  )
})

test('a pin holds, and is taken back', async () => {
  const { it, page } = await trip()
  const pinned = async () => (await it.observer.store.trace(TRACE))?.pinned
  const pin = page.getByRole('button', { name: 'Pin' })
  await pin.click()
  await expect.poll(pinned).toBe(true)
  await page.reload()
  expect(await pin.getAttribute('aria-pressed')).toBe('true')
  await pin.click()
  await expect.poll(pinned).toBe(false)
})

test('the export has the whole trace, and no other', async () => {
  const { it, page } = await trip()
  await it.tell({
    ...{ type: 'span', trace: 'e'.repeat(32), span: 'e'.repeat(16), name: 'another' },
    start: Date.UTC(2026, 0, 2, 3, 4, 6)
  })
  await page.getByText('Export').click()
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'NDJSON' }).click()
  const stream = await (await coming).createReadStream()
  let text = ''
  for await (const piece of stream) text += String(piece)
  const lines = text.trim().split('\n')
  const told = lines.map((line) => JSON.parse(line) as { type: string; trace: string })
  expect(told.filter(({ type }) => type === 'span')).toHaveLength(5)
  expect(new Set(told.map(({ trace }) => trace))).toEqual(new Set([TRACE]))
})

test('each view is a step to go back from, and keeps the span that is open', async () => {
  const { page } = await trip()
  const tabs = page.getByRole('navigation', { name: 'Views of this trace' })
  for (const [name, id] of [
    ['Sequence', 'sequence'],
    ['Topology', 'topology']
  ] as const) {
    await tabs.getByRole('link', { name }).click()
    await page.getByRole('region', { name, exact: true }).waitFor()
    expect(asked(page).get('view')).toBe(id)
  }
  await page.goBack()
  await page.getByRole('region', { name: 'Sequence', exact: true }).waitFor()
  await page.goto(`${page.url()}&span=${'0'.repeat(15)}3`)
  await page.getByRole('complementary', { name: 'Span' }).waitFor()
  await tabs.getByRole('link', { name: 'Timeline' }).click()
  await page.getByRole('complementary', { name: 'Span' }).waitFor()
})

test('a trace that is not there says so', async () => {
  const page = await visit(await dashboard(), { path: `/trace/${'f'.repeat(32)}` })
  await page.getByRole('heading', { name: 'There is no such trace' }).waitFor()
})

test('only ids are asked for, whatever stands in the address', async () => {
  const { it, page } = await trip()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto(`${page.url()}?span=../../../nowhere`)
  await page.getByRole('treeitem').nth(4).waitFor()
  expect(await page.getByRole('complementary', { name: 'Span' }).count()).toBe(0)
  await page.goto(`${it.door.url}${path}?view=differs&with=../nowhere`)
  await page.getByText('Nothing to compare with yet').waitFor()
  await page.goto(`${it.door.url}/trace/..%2Fnowhere`)
  await page.getByRole('heading', { name: 'There is no such trace' }).waitFor()
  expect(asked).not.toContainEqual(expect.stringContaining('/api/v1/nowhere'))
})

test('a view that cannot be loaded leaves the rest of the page standing', async () => {
  const { page } = await trip()
  await page.getByRole('tree', { name: 'Spans' }).waitFor()
  // Another one: the fault that is meant here fails no test.
  const other = await page.context().newPage()
  await other.goto(page.url())
  await other.getByRole('tree', { name: 'Spans' }).waitFor()
  // It began anew a moment ago, and still lacks what it wants.
  await other.evaluate(`sessionStorage.setItem('peerwork.anew', String(Date.now()))`)
  // As it happens when the observer is replaced while somebody looks.
  await other.route('**/assets/*', (route) => route.fulfill({ status: 404 }))
  const tabs = other.getByRole('navigation', { name: 'Views of this trace' })
  await tabs.getByRole('link', { name: 'Topology' }).click()
  await other.getByText('The view “Topology” could not be loaded').waitFor()
  await tabs.getByRole('link', { name: 'Timeline' }).click()
  await other.getByRole('tree', { name: 'Spans' }).waitFor()
})

test('who was too slow, or was away, sees what it missed', async () => {
  const { it, page } = await trip()
  const other = await page.context().newPage()
  const { promise: seen, resolve: tellMore } = Promise.withResolvers<void>()
  let streams = 0
  await other.route('**/api/v1/live*', async (route) => {
    if (streams++ === 0) {
      const body = 'retry: 100\nevent: behind\ndata: {}\n\n'
      return route.fulfill({ contentType: 'text/event-stream', body })
    }
    // Told while nobody listens: the stream that opens next does not tell of it.
    await seen
    return route.continue()
  })
  await other.goto(page.url())
  await other.getByRole('treeitem').nth(4).waitFor()
  await it.tell({
    ...{ type: 'span', trace: TRACE, span: 'd'.repeat(16), name: 'meanwhile', agent: 'late' },
    ...{ start: Date.UTC(2026, 0, 2, 3, 4, 9), end: Date.UTC(2026, 0, 2, 3, 4, 10) }
  })
  tellMore()
  await other.getByRole('treeitem', { name: /^meanwhile, late/ }).waitFor()
  expect(streams).toBeGreaterThan(1)
})

test('a summary that comes late does not undo a newer one', async () => {
  const { it, page } = await trip()
  const other = await page.context().newPage()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: isHeld, resolve: held } = Promise.withResolvers<void>()
  let summaries = 0
  await other.route('**/summary', async (route) => {
    if (summaries++ > 0) return route.continue()
    const response = await route.fetch()
    held()
    await released
    return route.fulfill({ response })
  })
  await other.goto(page.url())
  await other.getByText('live', { exact: true }).waitFor()
  await isHeld
  await it.tell({
    ...{ type: 'span', trace: TRACE, span: 'd'.repeat(16), name: 'meanwhile', agent: 'late' },
    ...{ start: Date.UTC(2026, 0, 2, 3, 4, 9), end: Date.UTC(2026, 0, 2, 3, 4, 10) }
  })
  const spans = other.locator('.facts > div').filter({ hasText: 'Spans' })
  await expect.poll(() => spans.innerText(), { timeout: 15_000 }).toContain('6')
  // The whole trace is asked for once everything else is there, the late summary too.
  const all = other.waitForRequest(`**/traces/${TRACE}?nodes=1`)
  release()
  await all
  await settled(other)
  expect(await spans.innerText()).toContain('6')
})
