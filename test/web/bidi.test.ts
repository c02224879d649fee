import { expect, test } from 'vitest'
import { balanced } from '../../web/src/bidi.ts'
import { hint, hints } from '../../web/src/hint.ts'
import { dashboard, visit } from './browser.ts'
import { sampleRun, traceOf } from './sample-run.ts'

const [LRI, FSI, PDI, RLO] = ['\u2066', '\u2068', '\u2069', '\u202E']

test('what a text opens is closed, and what it closes was opened by it', () => {
  expect(balanced('plain')).toBe('plain')
  expect(balanced(`${RLO}a`)).toBe(`${RLO}a`)
  expect(balanced(`${LRI}a${FSI}b`)).toBe(`${LRI}a${FSI}b${PDI}${PDI}`)
  expect(balanced(`${LRI}a${PDI}b${PDI}c`)).toBe(`${LRI}a${PDI}b\uFFFDc`)
  expect(balanced(`${LRI}a\nb${PDI}`)).toBe(`${LRI}a${PDI}\nb\uFFFD`)
  expect(balanced('a\u2029b\u0085')).toBe('a\uFFFDb\uFFFD')
})

test.each([
  ['an isolate without an end', `${RLO}${LRI}eve`],
  ['an end without an isolate', `${PDI}${RLO}eve`]
])('%s does not turn our own words round', async (_, agent) => {
  const it = await dashboard()
  const trace = traceOf(0)
  const [plan, think] = sampleRun({ trace })
  await it.tell(plan!, { ...think!, agent })
  const page = await visit(it, { path: `/trace/${trace}?view=transcript` })
  const line = page.getByRole('listitem').filter({ hasText: 'calls the model' }).last()
  const who = await line.locator('bdi').first().boundingBox()
  const what = await line.getByText('gpt-large').first().boundingBox()
  expect(who?.y).toBeCloseTo(what?.y ?? 0, -1)
  expect(what?.x).toBeGreaterThan((who?.x ?? 0) + (who?.width ?? 0))
})

test('what stands in a title is closed as well', async () => {
  const it = await dashboard()
  const [plan] = sampleRun({ trace: traceOf(0) })
  await it.tell({ ...plan!, agent: `${LRI}eve`, name: `${FSI}plan` })
  const page = await visit(it, { path: '/' })
  const name = page.locator('a.open-trace')
  await expect.poll(() => name.getAttribute('title')).toBe(hint(`${FSI}plan`))
  expect(await page.locator('td.agents > span').getAttribute('title')).toBe(hint(`${LRI}eve`))
})

const LONG = `${RLO}${PDI}${'W'.repeat(500)}`

test('a hint has its own direction, one line, and an end', () => {
  expect(hint('eve')).toBe(`${FSI}eve${PDI}`)
  expect(hint(`${LRI}eve\n${RLO}sealed`)).toBe(`${FSI}${LRI}eve ${RLO}sealed${PDI}${PDI}`)
  expect(hint(LONG)).toBe(`${FSI}${RLO}\uFFFD${'W'.repeat(198)}${PDI}`)
  expect(hint('😀'.repeat(300))).toBe(`${FSI}${'😀'.repeat(200)}${PDI}`)
  expect(hints(['a', `${LRI}b`])).toBe(`${FSI}a${PDI}, ${FSI}${LRI}b${PDI}${PDI}`)
  expect(hints(Array.from({ length: 32 }, () => LONG))).toHaveLength(30 * 62 + 29 * 2 + 11)
})

test('names of lanes and of producers are hinted at in directions of their own', async () => {
  const it = await dashboard()
  const trace = traceOf(0)
  const [plan] = sampleRun({ trace })
  await it.tell({ ...plan!, agent: LONG })
  const source = { kind: 'agent', by: LONG } as const
  const span = { trace, span: '00000000000000ff', source, kind: 'step', status: 'ok' } as const
  const spans = [{ ...span, name: LONG, agent: LONG, peer: LONG, startUs: 1e15 }]
  await it.observer.store.ingest([{ spans, handoffs: [], facts: [] }])
  const page = await visit(it, { path: `/trace/${trace}?span=00000000000000ff` })
  const lanes = page.locator('.tl-name')
  await expect.poll(() => lanes.count()).toBe(2)
  await page.getByRole('row', { name: 'Other end' }).waitFor()
  const titles = await page.evaluate<string[]>(
    '[...document.querySelectorAll("[title]")].map((one) => one.title)'
  )
  const foreign = titles.filter((title) => title.includes('WW'))
  expect(foreign).toContain(hint(LONG))
  expect(foreign).toContain(`sealed by ${hint(LONG)}`)
  for (const title of foreign) expect(title.endsWith(hint(LONG))).toBe(true)
})
