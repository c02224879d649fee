import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { SPAN, TRACE } from '../gateway/observed.ts'
import { dashboard, visit } from './browser.ts'

/** Within the page: the observer has no page at such an address. */
const goTo = (page: Page, path: string): Promise<unknown> =>
  page.evaluate(`{
    history.pushState(null, '', '${path}')
    dispatchEvent(new PopStateEvent('popstate'))
  }`)

test('from the list to a trace and back, by keyboard and by name', async () => {
  const it = await dashboard()
  const span = { type: 'span', trace: TRACE, span: SPAN, name: 'book a flight', agent: 'planner' }
  await it.tell({ ...span, kind: 'agent', start: 1e12, end: 1e12 + 2_500, status: 'ok' })
  const page = await visit(it)
  await page.getByRole('link', { name: 'book a flight' }).press('Enter')
  await page.getByRole('heading', { name: 'book a flight' }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`/trace/${TRACE}`)
  await page.goBack()
  await page.getByRole('heading', { name: 'Traces' }).waitFor()
})

test('each view has a title of its own, a trace its name, cut and closed', async () => {
  const it = await dashboard()
  // Turns what follows it around, unless it ends with the name.
  const name = `\u202Ebook \u2067${'x'.repeat(100)}`
  await it.tell({ type: 'span', trace: TRACE, span: SPAN, name, start: 1e12, end: 2e12 })
  const page = await visit(it)
  const titled = (title: string) => expect.poll(() => page.title()).toBe(`${title} · Peerwork`)
  await titled('Traces')
  for (const place of ['Network', 'Costs', 'Alerts', 'Settings', 'Traces']) {
    await page.getByRole('navigation', { name: 'Main' }).getByText(place).click()
    await titled(place)
  }
  await page.locator('.open-trace').click()
  await titled(`\u2068${name.slice(0, 80)}\u2069\u2069`)
  await goTo(page, '/nowhere')
  await titled('No such page')
})

test('an address that cannot be read is no such page, not a blank one', async () => {
  const page = await visit(await dashboard())
  await goTo(page, '/trace/%E0')
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
})

test('a view with a fault of its own says so, and the others stay', async () => {
  const page = await visit(await dashboard())
  // Another one: the fault that is meant here fails no test.
  const other = await page.context().newPage()
  await other.route('**/api/v1/agents', (route) => route.fulfill({ json: { items: 1 } }))
  await other.goto(new URL('/network', page.url()).href)
  await other.getByText('This view could not be loaded').waitFor()
  await other.getByRole('link', { name: 'Settings' }).click()
  await other.getByRole('heading', { name: 'Settings' }).waitFor()
})

test('who is not signed in learns how to', async () => {
  const page = await visit(await dashboard(), { stranger: true })
  await page.getByRole('heading', { name: 'Sign in to see your traces' }).waitFor()
  await page.getByText('npx peerwork observe sign-in').waitFor()
})
