import { expect, test } from 'vitest'
import { expectAccessible } from '../axe.ts'
import { dashboard, PHONE, visit } from '../browser.ts'
import { expectFits } from '../fits.ts'
import { HOSTILE, hostileRun, manyHandoffs, sampleRun, SPANS, traceOf } from '../sample-run.ts'

const trace = traceOf(0)
const path = `/trace/${trace}?view=sequence`

test('a failing handoff is found by a button, and its span stands in the address', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace, fails: true }))
  const page = await visit(it, { path })
  await page.getByText('2 handoffs between 3 participants, 1 failed').waitFor()
  const messages = page.getByRole('region', { name: 'Messages in the order of time' })
  const said = await messages.getByRole('listitem').getByRole('button').allInnerTexts()
  expect(said).toHaveLength(6)
  await messages.getByRole('button', { name: 'planner offers find-flight to flights' }).waitFor()
  const answer = /flights answers planner: find-flight ok .*waiting 4 ms · working 590 ms/
  await messages.getByRole('button', { name: answer }).waitFor()
  await page.getByRole('button', { name: 'Go to the first failure' }).click()
  const failure = messages.getByRole('button', { name: /payments answers .* CARD_DECLINED/ })
  expect(await failure.getAttribute('aria-current')).toBe('true')
  expect(new URL(page.url()).searchParams.get('span')).toBe(SPANS.pay)
  await page.goBack()
  await page.getByRole('button', { name: 'Go to the first failure' }).waitFor()
  await expectAccessible(page)
})

test('arrows go from message to message, and enter opens one', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace }))
  const page = await visit(it, { path })
  const first = page.getByRole('button', { name: 'planner offers find-flight' })
  await first.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const answer = page.getByRole('button', { name: /flights answers planner/ })
  await expect.poll(() => answer.getAttribute('aria-current')).toBe('true')
  expect(new URL(page.url()).searchParams.get('span')).toBe(SPANS.find)
})

test('200 handoffs fold to what can be read, and unfold', async () => {
  const it = await dashboard()
  await it.tell(...manyHandoffs(trace, 200))
  const page = await visit(it, { path })
  await page.getByText('200 handoffs between 5 participants, 6 failed').waitFor()
  const items = page.getByRole('region', { name: 'Messages in the order' }).getByRole('listitem')
  const size = async () => Number(await items.first().getAttribute('aria-setsize'))
  const folded = await size()
  expect(folded).toBeLessThan(70)
  await page
    .getByRole('button', { name: /6 times planner hands work-flights/ })
    .first()
    .click()
  await expect.poll(size).toBe(folded + 17)
  await page.getByRole('button', { name: 'Unfold repeated handoffs' }).click()
  await expect.poll(size).toBe(600)
  await page.goBack()
  await page.goBack()
  await expect.poll(size).toBe(folded)
})

test('2,000 handoffs are a window of rows, and the heads stay in sight', async () => {
  const it = await dashboard()
  await it.tell(...manyHandoffs(trace, 2_000))
  const page = await visit(it, { path: `${path}&unfold=all` })
  await page.getByText('2,000 handoffs between 5').waitFor()
  const region = page.getByRole('region', { name: 'Messages in the order of time' })
  const last = region.getByRole('listitem').last()
  await expect.poll(() => last.getAttribute('aria-setsize')).toBe('6000')
  expect(await region.getByRole('listitem').count()).toBeLessThan(120)
  await region.getByRole('button').first().focus()
  await page.keyboard.press('End')
  const end = region.getByRole('button', { name: 'answers planner', exact: false }).last()
  await expect.poll(() => end.locator('..').getAttribute('aria-posinset')).toBe('6000')
  const { y: top = 0 } = (await region.boundingBox()) ?? {}
  const head = await region.getByText('hotels', { exact: true }).first().boundingBox()
  expect(Math.abs((head?.y ?? 0) - top)).toBeLessThan(20)
})

test('a run without handoffs says so', async () => {
  const it = await dashboard()
  const [plan] = sampleRun({ trace })
  await it.tell(plan!)
  const page = await visit(it, { path })
  await page.getByRole('heading', { name: 'No handoffs in this run' }).waitFor()
})

test('hostile names stay text, on a phone too', async () => {
  const it = await dashboard()
  await it.tell(...hostileRun(trace))
  const page = await visit(it, { path, viewport: PHONE })
  const offer = page.getByRole('button', { name: 'offers <img src=x onerror' })
  await offer.waitFor()
  expect(await offer.innerText()).toContain(HOSTILE.slice(0, 40))
  expect(await page.locator('main img, main script').count()).toBe(0)
  await expectFits(page)
  await expectAccessible(page)
})
