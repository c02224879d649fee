import { expect, test } from 'vitest'
import { balanced } from '../../web/src/bidi.ts'
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
  await expect.poll(() => name.getAttribute('title')).toBe(`${FSI}plan${PDI}`)
  expect(await page.locator('td.agents > span').getAttribute('title')).toBe(`${LRI}eve${PDI}`)
})
