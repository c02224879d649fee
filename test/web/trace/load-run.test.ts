/** How a run is loaded: what was missed of it, and no more. */

import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Observed } from '../../gateway/observed.ts'
import { dashboard, visit } from '../browser.ts'
import { sampleRun, SPANS, traceOf } from '../sample-run.ts'
import { see } from '../see.ts'

const trace = traceOf(0)
const event = (n: number) => ({ type: 'event', trace, at: 1.7e12 + n, name: 'note', body: { n } })
const guard = (it: Observed, reason: string) => ({
  ...{ type: 'guard', trace, span: SPANS.pay, at: it.clock.now(), guard: 'budget', reason },
  ...{ limit: 1, value: 2, action: 'warned' }
})

/** Addresses of the questions for facts from now on. */
function asked(page: Page): URL[] {
  const all: URL[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname.endsWith('/facts')) all.push(url)
  })
  return all
}

async function looking(events: number) {
  const it = await dashboard()
  for (let first = 0; first < events; first += 10_000) {
    const count = Math.min(10_000, events - first)
    await it.tell(...Array.from({ length: count }, (_, n) => event(first + n)))
  }
  await it.tell(...sampleRun({ trace, fails: true }))
  const page = await visit(it, { path: `/trace/${trace}?view=transcript` })
  return { it, page }
}

test('of more events than are kept, only those that were missed are asked for', async () => {
  const { it, page } = await looking(20_500)
  await page.getByText('Not every event of this run is here').waitFor({ timeout: 30_000 })
  const pages = asked(page)
  await see(page, false)
  await it.tell(guard(it, 'told while nobody looked'))
  await see(page, true)
  await page.getByText('told while nobody looked').waitFor()
  await it.tell(guard(it, 'told after that'))
  await page.getByText('told after that').waitFor()
  expect(pages.length).toBeLessThanOrEqual(4)
  expect(pages.map(({ searchParams }) => searchParams.get('order'))).not.toContain(null)
})

test('of a run that is here whole, what came late is found wherever it stands', async () => {
  const { it, page } = await looking(1_200)
  await page.getByText('live', { exact: true }).waitFor()
  const pages = asked(page)
  await see(page, false)
  // As old as the oldest, so that the newest page says nothing of it.
  await it.tell({ ...guard(it, 'told late'), at: 1.6e12 })
  await see(page, true)
  await page.getByText('told late').waitFor()
  // All of it in pages of 500.
  const newest = pages.filter(({ searchParams }) => searchParams.get('order') === 'newest')
  expect(newest).toHaveLength(3)
})
