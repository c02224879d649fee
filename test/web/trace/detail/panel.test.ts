import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { contentRoutes } from '../../../../src/gateway/routes/contents.ts'
import { systemClock } from '../../../../src/node/clock.ts'
import { Contents } from '../../../../src/observer/contents.ts'
import { NO_AUDIT, observed, SPAN, TRACE } from '../../../gateway/observed.ts'
import { TRACE as TALKED } from '../../../node/control-double.ts'
import { KEY, logOf, received, told } from '../../../observer/content-samples.ts'
import { expectAccessible } from '../../axe.ts'
import { dashboard, PHONE, visit } from '../../browser.ts'
import { expectFits } from '../../fits.ts'
import { hex, TRIP } from '../run.ts'

const panel = (page: Page) => page.getByRole('complementary', { name: 'Span' })

async function looking(span: string, options = {}) {
  const it = await dashboard()
  await it.tell(...TRIP)
  const page = await visit(it, { path: `/trace/${TRACE}?span=${span}`, ...options })
  await panel(page).getByRole('table').waitFor()
  return { it, page }
}

test('a span says how it ended, who vouches, what is above it and what below', async () => {
  const { page } = await looking(hex(3))
  const here = panel(page)
  await here.getByRole('heading', { name: 'find flights' }).waitFor()
  await here.getByRole('row', { name: 'Status failed' }).waitFor()
  await here.getByRole('row', { name: 'Took 2 s' }).waitFor()
  await here.getByRole('row', { name: 'Error TOOL_FAILED no flight' }).waitFor()
  await here.getByText('unsigned: told with the key').waitFor()
  await here.getByRole('link', { name: 'ask the airline' }).click()
  await here.getByRole('heading', { name: 'ask the airline' }).waitFor()
  await here.getByRole('link', { name: 'find flights' }).click()
  await here.getByRole('link', { name: 'plan a trip' }).click()
  await here.getByText('Part of nothing').waitFor()
  await page.goBack()
  await here.getByRole('heading', { name: 'find flights' }).waitFor()
})

test('the handoff shows where its time went, and that the sides do not agree', async () => {
  const { page } = await looking(hex(3))
  const here = panel(page)
  await here.getByText('Giver: told, unsigned. Taker: told, unsigned.').waitFor()
  await here.getByText('2.05 s in all').waitFor()
  await here.getByText('ended error for the giver and ok for the taker').waitFor()
  await here.getByText('100 bytes left the giver and 90 reached the taker').waitFor()
  await here.getByRole('link', { name: 'The giver’s span' }).click()
  await here.getByRole('heading', { name: 'plan a trip' }).waitFor()
})

test('events and attributes open by hand, and are copied as they were told', async () => {
  const { page } = await looking(hex(3), { permissions: ['clipboard-read', 'clipboard-write'] })
  const here = panel(page)
  await here.getByText('event.note').click()
  await here.getByText('trying again').waitFor()
  await here.getByText('list of 3').click()
  await here.getByText('object of 1').click()
  await here.getByText('below').waitFor()
  await here.getByRole('button', { name: 'Copy as JSON' }).click()
  await here.getByText('Copied').waitFor()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(JSON.parse(copied)).toEqual({ airline: 'LH', tries: [1, 2, { deep: 'below' }] })
})

test('two producers of one id stand side by side', async () => {
  const it = await dashboard()
  await it.tell(...TRIP)
  const { store } = it.observer
  const source = { kind: 'agent', by: '12D3KooWabcdefgh' } as const
  const part = { trace: TRACE, span: hex(3), source, kind: 'agent', status: 'ok' } as const
  const spans = [{ ...part, name: 'find flights', startUs: 1e15, endUs: 1e15 + 5e6, agent: 'f' }]
  await store.ingest([{ spans, handoffs: [], facts: [] }])
  const page = await visit(it, { path: `/trace/${TRACE}?span=${hex(3)}` })
  const here = panel(page)
  await here.getByText('sealed by …abcdefgh').waitFor()
  await here.getByText('unsigned: told with the key').waitFor()
  const row = here.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Status' }) })
  expect((await row.getByRole('cell').allInnerTexts()).toSorted()).toEqual(['✓ ok', '✕ failed'])
})

test('contents come when they are asked for, or a word on why there are none', async () => {
  const { page } = await looking(hex(3))
  let asked = 0
  page.on('request', (request) => (asked += Number(request.url().includes('/contents'))))
  expect(asked).toBe(0)
  await panel(page).getByRole('button', { name: 'Show contents' }).click()
  await panel(page).getByText('Nobody told any').waitFor()
  expect(asked).toBe(1)
})

test('contents that may be shown are text, under who wrote them and a warning', async () => {
  const door = { contentKey: () => Promise.resolve(KEY.slice()) }
  const contents = new Contents({ elapsed: systemClock.elapsed, door })
  const it = await observed({
    more: contentRoutes({ contents, audit: NO_AUDIT })
  })
  onTestFinished(() => it[Symbol.asyncDispose]())
  const markup = '<b class="owned">say it</b><script>document.title = "owned"</script>'
  const answer = { city: '\u202ERome\u2066', nights: 3 }
  const facts = [received(1), ...told(1, markup), ...told(1, answer, 'output')]
  await it.observer.store.ingest(logOf(facts))
  const page = await visit(it, { path: `/trace/${TALKED}?span=${hex(1)}` })
  const here = panel(page)
  await here.getByRole('button', { name: 'Show contents' }).click()
  await here.getByText('Written by others, and not checked.').waitFor()
  const figures = here.getByRole('figure')
  await figures.filter({ hasText: 'Input, from alice' }).getByText(markup).waitFor()
  const output = figures.filter({ hasText: 'Answer, from alice' })
  await output.getByText('Rome').waitFor()
  await output.getByText('nights').waitFor()
  expect(await figures.count()).toBe(2)
  expect(await page.locator('.owned').count()).toBe(0)
  expect(await page.title()).not.toBe('owned')
  await expectAccessible(page)
  await page.setViewportSize(PHONE)
  await expectFits(page)
})

test('a span that is not there says so, and the rest of the page stays', async () => {
  const it = await dashboard()
  await it.tell(...TRIP)
  const page = await visit(it, { path: `/trace/${TRACE}?span=${'f'.repeat(16)}` })
  await panel(page).getByText('This span could not be loaded').waitFor()
  await page.getByRole('tree', { name: 'Spans' }).waitFor()
  await panel(page).getByRole('link', { name: 'Close the span' }).click()
  await panel(page).waitFor({ state: 'detached' })
})

test('what comes for the span meanwhile is shown', async () => {
  const { it, page } = await looking(hex(5))
  await it.tell({
    ...{ type: 'span', trace: TRACE, span: hex(5), parent: SPAN, name: 'book a hotel' },
    ...{
      agent: 'hotels',
      start: Date.UTC(2026, 0, 2, 3, 4, 14),
      end: Date.UTC(2026, 0, 2, 3, 4, 20)
    },
    ...{ status: 'error', error: { code: 'FULL', message: 'no room left' } }
  })
  await panel(page).getByText('no room left').waitFor()
})

test.each([['desk', {}] as const, ['phone', { viewport: PHONE }] as const])(
  'axe finds nothing, and nothing is too wide: %s',
  async (_, options) => {
    const { page } = await looking(hex(3), options)
    await expectFits(page)
    await expectAccessible(page)
  }
)
