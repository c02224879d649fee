import { expect, test } from 'vitest'
import { expectAccessible } from '../axe.ts'
import { dashboard, PHONE, visit } from '../browser.ts'
import { expectFits } from '../fits.ts'
import { BEGUN, hostileRun, NAME, sampleRun, SPANS, traceOf } from '../sample-run.ts'

const trace = traceOf(0)
const path = `/trace/${trace}?view=differs`
const MINUTE = 60_000

test('a failing run is compared with the newest that passed', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace: traceOf(1), start: BEGUN + MINUTE, slower: 3 }))
  await it.tell(...sampleRun({ trace: traceOf(2), start: BEGUN + 2 * MINUTE }))
  await it.tell(...sampleRun({ trace, fails: true }))
  const page = await visit(it, { path })
  const first = page.getByRole('region', { name: 'First divergence' })
  await first.getByText('charge', { exact: true }).waitFor()
  expect(await first.innerText()).toContain('this run: error: CARD_DECLINED')
  const chooser = page.getByRole('combobox', { name: 'Compare this run with' })
  expect(await chooser.inputValue()).toBe(traceOf(2))
  await page.getByRole('region', { name: 'Ended otherwise' }).waitFor()
  expect(await page.getByRole('region', { name: 'Faster here' }).count()).toBe(0)
  await chooser.selectOption(traceOf(1))
  await page.getByRole('region', { name: 'Faster here' }).waitFor()
  await page.goBack()
  await expect.poll(() => chooser.inputValue()).toBe(traceOf(2))
  const other = first.getByRole('link', { name: 'other run' })
  expect(await other.getAttribute('href')).toBe(`/trace/${traceOf(2)}?span=${SPANS.charge}`)
  await first.getByRole('link', { name: 'this run' }).click()
  expect(new URL(page.url()).searchParams.get('span')).toBe(SPANS.charge)
  await expectAccessible(page)
})

test('few runs are compared with a warning, more of them without', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace, fails: true }))
  await it.tell(...sampleRun({ trace: traceOf(1) }))
  const page = await visit(it, { path, viewport: PHONE })
  await page.getByRole('button', { name: 'Compare 1 failing run with 1 passing run' }).click()
  await page.getByText('Only 1 failing and 1 passing').waitFor()
  const table = page.getByRole('region', { name: 'More frequent in failing runs' })
  await table.getByRole('row', { name: 'error CARD_DECLINED 1 of 1 0 of 1 may well be' }).waitFor()
  await expectFits(page)
  for (let n = 2; n < 24; n++) await it.tell(...sampleRun({ trace: traceOf(n), fails: n % 2 > 0 }))
  await page.reload()
  await table
    .getByRole('row', { name: 'error CARD_DECLINED 12 of 12 0 of 12 ★ stands out' })
    .waitFor()
  expect(await page.getByText('Only 1 failing').count()).toBe(0)
  await expectAccessible(page)
})

test('a run that is alone of its name says so', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace }))
  const page = await visit(it, { path })
  await page.getByText(`No other run is called ${NAME}`).waitFor()
})

test('a run that is gone, or never was, is told as such', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace }))
  const page = await visit(it, { path: `${path}&with=${'f'.repeat(32)}` })
  await page.getByText('That run is not here any more').waitFor()
})

test('hostile names stay text', async () => {
  const it = await dashboard()
  await it.tell(...hostileRun(trace))
  await it.tell(...hostileRun(traceOf(1)))
  await it.tell(...sampleRun({ trace: traceOf(2) }))
  const page = await visit(it, { path: `${path}&with=${traceOf(2)}`, viewport: PHONE })
  await page.getByRole('region', { name: 'First divergence' }).waitFor()
  expect(await page.locator('main img, main script').count()).toBe(0)
  await expectFits(page)
})
