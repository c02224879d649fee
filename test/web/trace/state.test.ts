import { expect, onTestFinished, test } from 'vitest'
import { contentRoutes } from '../../../src/gateway/routes/contents.ts'
import { systemClock } from '../../../src/node/clock.ts'
import { Contents } from '../../../src/observer/contents.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { NO_AUDIT, observed } from '../../gateway/observed.ts'
import { TRACE } from '../../node/control-double.ts'
import { fieldsOf, KEY, logOf, received, told } from '../../observer/content-samples.ts'
import { expectAccessible } from '../axe.ts'
import { dashboard, PHONE, visit } from '../browser.ts'
import { expectFits } from '../fits.ts'
import { BEGUN, hostileRun, sampleRun, SPANS, traceOf } from '../sample-run.ts'

const trace = traceOf(0)
const path = `/trace/${trace}?view=state`

test('each key says before, after, who and why, and marks conflicts', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace, fails: true }))
  const page = await visit(it, { path })
  const budget = page.getByRole('region', { name: 'Key budget' })
  await budget.getByText('2 in conflict').waitFor()
  const changes = budget.getByRole('listitem')
  expect(await changes.count()).toBe(3)
  const last = changes.last()
  await last.getByText('payments', { exact: true }).waitFor()
  expect(await last.innerText()).toContain('250')
  expect(await last.innerText()).toContain('90')
  await last.getByText(/flights changed it at the same time/).waitFor()
  await last.getByRole('link', { name: 'pay' }).click()
  expect(new URL(page.url()).searchParams.get('span')).toBe(SPANS.pay)
  const note = page.getByRole('region', { name: 'Key note' })
  expect(await note.locator('ins').allInnerTexts()).toEqual(['quiet '])
  await expectAccessible(page)
})

test('the slider shows the whole state at any moment, and the address keeps it', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace, fails: true }))
  const page = await visit(it, { path })
  const whole = page.getByRole('region', { name: 'The whole state then' })
  await whole.getByText('"budget": 90').waitFor()
  const slider = page.getByRole('slider', { name: 'State at' })
  await slider.press('ArrowLeft')
  await whole.getByText('"budget": 250').waitFor()
  await page.getByRole('button', { name: 'Earlier change' }).click()
  await whole.getByText('"budget": 400').waitFor()
  expect(await slider.getAttribute('aria-valuetext')).toContain('after 2 of 5 changes')
  await page.reload()
  await whole.getByText('"budget": 400').waitFor()
  await slider.press('Home')
  await expect.poll(() => whole.innerText()).toBe('{}')
  await slider.press('End')
  await whole.getByText('"budget": 90').waitFor()
  expect(new URL(page.url()).searchParams.has('at')).toBe(false)
})

test('a change that happens now is there without loading the page', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace }))
  const page = await visit(it, { path })
  const whole = page.getByRole('region', { name: 'The whole state then' })
  await whole.getByText('"budget": 250').waitFor()
  const operations = [{ op: 'replace', path: '/budget', value: 1_234 }]
  await it.tell({ type: 'state', trace, at: BEGUN + 5_000, author: 'planner', operations })
  await whole.getByText('"budget": 1234').waitFor()
})

test('a key alone, by its name, and back', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace }))
  const page = await visit(it, { path })
  await page.getByRole('link', { name: 'note', exact: true }).click()
  await page.getByRole('button', { name: 'Show all 2 keys' }).waitFor()
  expect(await page.getByRole('region', { name: 'Key budget' }).count()).toBe(0)
  await page.goBack()
  await page.getByRole('region', { name: 'Key budget' }).waitFor()
})

/** A change that alice sealed, with its values for whoever she named. */
async function sealed(contentKey: () => Promise<Uint8Array>) {
  const contents = new Contents({ elapsed: systemClock.elapsed, door: { contentKey } })
  const it = await observed({ more: contentRoutes({ contents, audit: NO_AUDIT }) })
  onTestFinished(() => it[Symbol.asyncDispose]())
  const operation = { op: 'replace', path: '/word' } as const
  const change = { operations: [{ ...operation, bytes: 6 }], more: 0 }
  const values = told(1, [{ ...operation, value: 'cave', before: 'sand' }], 'state' as 'output')
  const changed = { type: 'state.changed', ...fieldsOf(1), ...change } as const
  await it.observer.store.ingest(logOf([received(1), changed, ...values]))
  return await visit(it, { path: `/trace/${TRACE}?view=state` })
}

test('values that only their producer may tell are shown where it does', async () => {
  const page = await sealed(() => Promise.resolve(KEY.slice()))
  await page.getByText('"word": "cave"').waitFor()
  await page.getByRole('region', { name: 'Key word' }).getByText('"sand"').waitFor()
  expect(await page.getByText('without their values').count()).toBe(0)
})

test('and where it does not, the reason is', async () => {
  const page = await sealed(() => Promise.reject(new PeerworkError('ROLE_MISSING', 'not named')))
  await page.getByText('1 of 1 changes are told without their values').waitFor()
  await page.getByText('Their producer does not let this observer read them').waitFor()
  const whole = page.getByRole('region', { name: 'The whole state then' })
  await whole.getByText('‹not shown, 6 bytes›').waitFor()
})

test('a run without state says how there would be one', async () => {
  const it = await dashboard()
  const [plan] = sampleRun({ trace })
  await it.tell(plan!)
  const page = await visit(it, { path })
  await page.getByRole('heading', { name: 'No shared state in this run' }).waitFor()
})

test('hostile keys and values stay text, on a phone too', async () => {
  const it = await dashboard()
  await it.tell(...hostileRun(trace))
  const page = await visit(it, { path, viewport: PHONE })
  await page.getByRole('region', { name: 'The whole state then' }).waitFor()
  expect(await page.locator('main img, main script').count()).toBe(0)
  await expectFits(page)
  await expectAccessible(page)
})
