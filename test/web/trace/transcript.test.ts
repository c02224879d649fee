import { expect, onTestFinished, test } from 'vitest'
import { contentRoutes } from '../../../src/gateway/routes/contents.ts'
import { systemClock } from '../../../src/node/clock.ts'
import { Contents } from '../../../src/observer/contents.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { NO_AUDIT, observed } from '../../gateway/observed.ts'
import { TRACE } from '../../node/control-double.ts'
import { KEY, logOf, received, told } from '../../observer/content-samples.ts'
import { expectAccessible } from '../axe.ts'
import { dashboard, PHONE, visit } from '../browser.ts'
import { expectFits } from '../fits.ts'
import { hostileRun, sampleRun, SPANS, traceOf } from '../sample-run.ts'

const trace = traceOf(0)
const path = `/trace/${trace}?view=transcript`

test('who asked whom, what was said, and where it broke, once', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace, fails: true }))
  const page = await visit(it, { path })
  await page.getByRole('button', { name: 'planner asks payments: pay' }).waitFor()
  await page.getByText('planner calls the model gpt-large of acme').waitFor()
  await page.getByText('1,200 → 340 tokens').waitFor()
  const said = page.getByRole('figure').filter({ hasText: 'user, text from planner' })
  await said.getByText('From Oslo to Rome on Friday.').waitFor()
  const transcript = page.getByRole('region', { name: 'Who said what' })
  expect(await transcript.getByText('The bank refused the card ending 4242.').count()).toBe(1)
  await page.getByText('Three quarters of the budget are spent.').waitFor()
  await page.getByRole('link', { name: 'Details of charge' }).click()
  expect(new URL(page.url()).searchParams.get('span')).toBe(SPANS.charge)
  await expectAccessible(page)
})

test('cards fold and stay so in the address', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace }))
  const page = await visit(it, { path })
  const card = page.getByRole('button', { name: 'planner asks flights: find-flight' })
  expect(await card.getAttribute('aria-expanded')).toBe('true')
  await card.press('Enter')
  await page.getByText('2 steps inside').waitFor()
  expect(await page.getByText('flights uses the tool search').count()).toBe(0)
  await page.reload()
  await page.getByText('2 steps inside').waitFor()
  await page.getByRole('button', { name: 'Fold all', exact: true }).click()
  await page.getByText('3 steps inside').waitFor()
  expect(await page.getByRole('button', { name: 'asks' }).count()).toBe(0)
  await page.goBack()
  await page.getByText('2 steps inside').waitFor()
})

test('sealed contents are shown where they may be, else the reason is', async () => {
  let refused = false
  const contentKey = () =>
    refused
      ? Promise.reject(new PeerworkError('ROLE_MISSING', 'not named'))
      : Promise.resolve(KEY.slice())
  const contents = new Contents({ elapsed: systemClock.elapsed, door: { contentKey } })
  const it = await observed({ more: contentRoutes({ contents, audit: NO_AUDIT }) })
  onTestFinished(() => it[Symbol.asyncDispose]())
  const markup = '<b>say it</b><script>document.title = "owned"</script>'
  await it.observer.store.ingest(logOf([received(1), ...told(1, markup), received(2)]))
  const page = await visit(it, { path: `/trace/${TRACE}?view=transcript` })
  const said = page.getByRole('figure').filter({ hasText: 'input, text from alice' })
  await said.getByText(markup).waitFor()
  await page.getByText('Their producer did not tell them').waitFor()
  expect(await page.title()).not.toBe('owned')
  refused = true
  contents.forget(TRACE)
  await page.reload()
  await page.getByText('The input is not shown. Their key was dropped').waitFor()
})

test('hostile words stay text, on a phone too', async () => {
  const it = await dashboard()
  await it.tell(...hostileRun(trace))
  const page = await visit(it, { path, viewport: PHONE })
  await page.getByText('calls the model').scrollIntoViewIfNeeded()
  await page.getByRole('figure').first().waitFor()
  expect(await page.locator('main img, main script').count()).toBe(0)
  await expectFits(page)
  await expectAccessible(page)
})

test('of a long run the beginning is shown, and more on demand', async () => {
  const it = await dashboard()
  const [plan, think] = sampleRun({ trace })
  const steps = Array.from({ length: 450 }, (_, n) => ({
    ...{ ...think!, name: `thought ${n}`, model: `thought-${n}`, attributes: {} },
    span: (n + 16).toString(16).padStart(16, '0')
  }))
  await it.tell(plan!, ...steps)
  const page = await visit(it, { path })
  const more = page.getByRole('button', { name: 'Show more of 451 steps' })
  await more.waitFor()
  expect(await page.getByRole('listitem').count()).toBe(200)
  await more.click()
  await expect.poll(() => page.getByRole('listitem').count()).toBe(451)
})

test('a run of more events than are kept says so', async () => {
  const it = await dashboard()
  const event = (n: number) => ({ type: 'event', trace, at: 1.7e12 + n, name: 'note', body: { n } })
  for (const first of [0, 10_001]) {
    await it.tell(...Array.from({ length: 10_001 }, (_, n) => event(first + n)))
  }
  await it.tell(...sampleRun({ trace }))
  const page = await visit(it, { path })
  await page.getByText('Not every event of this run is here').waitFor({ timeout: 30_000 })
})
