import { expect, test } from 'vitest'
import { expectAccessible } from '../axe.ts'
import { dashboard, PHONE, visit } from '../browser.ts'
import { expectFits } from '../fits.ts'
import { BEGUN, hostileRun, manyHandoffs, sampleRun, SPANS, traceOf } from '../sample-run.ts'

const trace = traceOf(0)
const path = `/trace/${trace}?view=topology`

test('the table has the facts of the drawing, and a way filters its handoffs', async () => {
  const it = await dashboard()
  await it.tell(...sampleRun({ trace, fails: true }))
  const page = await visit(it, { path })
  const ways = page.getByRole('region', { name: 'Ways of handoffs' })
  await ways.getByRole('row', { name: 'planner → payments 1 ✕ 1 780 ms' }).waitFor()
  await ways.getByRole('row', { name: 'planner → flights 1 0 604 ms $0.001' }).waitFor()
  const list = page.getByRole('region', { name: 'Handoffs', exact: true })
  expect(await list.getByRole('row').count()).toBe(3)
  await ways.getByRole('button', { name: 'planner → payments' }).click()
  await page.getByRole('heading', { name: 'Handoffs from planner to payments' }).waitFor()
  expect(await list.getByRole('row').count()).toBe(2)
  await list.getByText('CARD_DECLINED').waitFor()
  await list.getByText('waiting 24 ms · working 740 ms · travelling 15 ms').waitFor()
  await list.getByRole('link', { name: 'pay' }).click()
  expect(new URL(page.url()).searchParams.get('span')).toBe(SPANS.pay)
  await page.goBack()
  await page.goBack()
  await page.getByRole('heading', { name: 'All handoffs' }).waitFor()
  await expectAccessible(page)
})

test('a click on the drawing chooses a way too', async () => {
  const it = await dashboard()
  await it.tell(...manyHandoffs(trace, 2_000))
  const page = await visit(it, { path })
  const drawing = page.getByRole('img', { name: '5 agents, 4 ways' })
  await drawing.getByText('504 handoffs ✕').first().click()
  await page.getByRole('heading', { name: 'Handoffs from planner to flights' }).waitFor()
  const list = page.getByRole('region', { name: 'Handoffs', exact: true })
  expect(await list.getByRole('row').count()).toBe(51)
  await page.getByRole('button', { name: 'Show more of 504' }).click()
  expect(await list.getByRole('row').count()).toBe(251)
})

test('who hands back, and who hands to itself, is drawn as well', async () => {
  const it = await dashboard()
  const give = { type: 'handoff', trace, offered: BEGUN, accepted: BEGUN + 5, ended: BEGUN + 9 }
  const [plan] = sampleRun({ trace })
  await it.tell(
    plan!,
    ...[
      ['planner', 'flights'],
      ['flights', 'planner'],
      ['flights', 'flights']
    ].map(([from, to], n) => ({ ...give, id: `b${n}`, from, to, status: 'ok' }))
  )
  const page = await visit(it, { path, viewport: PHONE })
  const drawing = page.getByRole('img', { name: '2 agents, 3 ways' })
  await drawing.waitFor()
  expect(await drawing.getByText('1 handoff').count()).toBe(3)
  await expectFits(page)
})

test('hostile names stay text', async () => {
  const it = await dashboard()
  await it.tell(...hostileRun(trace))
  const page = await visit(it, { path })
  await page.getByRole('button', { name: '<img src=x onerror' }).waitFor()
  expect(await page.locator('main img, main script').count()).toBe(0)
  await expectFits(page)
  await expectAccessible(page)
})
