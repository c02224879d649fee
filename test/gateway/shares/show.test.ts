import { expect, test } from 'vitest'
import { showRun } from '../../../src/gateway/shares/show.ts'
import type { StoredSpan, TraceSummary } from '../../../src/observer/store.ts'
import { TRACE } from '../observed.ts'

const summary: TraceSummary = {
  ...{ trace: TRACE, name: 'a run', startUs: 5e6, endUs: 17e6, status: 'ok', spans: 1, errors: 0 },
  ...{ agents: ['a'], tokens: 7, cost: 0.5, costSource: 'reported', sealed: true, pinned: false }
}
const span = (more: Partial<StoredSpan>): StoredSpan => ({
  ...{ trace: TRACE, span: 'a1'.repeat(8), source: { kind: 'key', by: 'app' } },
  ...{ kind: 'step', status: 'ok', startUs: 6e6, endUs: 7e6, agent: 'a', ...more }
})
const names = (spans: readonly StoredSpan[]) => showRun({ summary, spans, attributes: [] }, 'names')

test('names lose what nobody sees, and what is secret by its looks, and are cut', () => {
  const bidi = '\u202Egnp.exe\u2066\u200B\u{E0041}'
  const texts = [
    ...[`a${bidi}`, '\u001B[31mred\u0007\r\nline', 'sk-\u200Babcdefghijklmnop', 'x'.repeat(5_000)],
    ...['<img src=x onerror=alert(1)>', `y\uD83D${'z'.repeat(400)}`, `${'w'.repeat(298)}😀😀`]
  ]
  const told = names(texts.map((name) => span({ name }))).spans.map(({ name }) => name ?? '')
  expect(told.slice(0, 3)).toEqual(['agnp.exe', ' [31mred   line', '[redacted]'])
  expect(told[4]).toBe('<img src=x onerror=alert(1)>')
  for (const one of told) {
    expect(one.length).toBeLessThanOrEqual(300)
    expect(one.isWellFormed()).toBe(true)
    expect(one).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  }
})

test('steps know their place: who did them, what began them, and when', () => {
  const [root, child, lost] = [
    span({ span: '1'.repeat(16), startUs: 5e6 }),
    span({ span: '2'.repeat(16), parent: '1'.repeat(16), agent: 'b', startUs: 6.5e6 }),
    span({ span: '3'.repeat(16), parent: '9'.repeat(16) })
  ]
  const { endUs: _, startUs: __, ...never } = span({ span: '4'.repeat(16), status: 'open' })
  const run = names([root, child, lost, never])
  expect(run.spans.map(({ parent, lane, fromMs, toMs }) => [parent, lane, fromMs, toMs])).toEqual([
    ...[
      [null, 0, 0, 2_000],
      [0, 1, 1_500, 2_000],
      [null, 0, 1_000, 2_000]
    ],
    [null, 0, null, null]
  ])
  expect([run.at, run.ms, run.lanes]).toEqual([5_000, 12_000, [{ name: 'a' }, { name: 'b' }]])
})

test('a shape tells no date, even when the clock of one agent stands at 1970', () => {
  // ms since 1970, and one that began by a wrong clock and ended by a right one.
  const now = Date.UTC(2026, 10, 21, 9, 30)
  const spans = [
    span({ startUs: 1_000, endUs: 3_000, agent: 'stopped' }),
    span({ startUs: 2_000, endUs: (now + 50) * 1_000, agent: 'set right' }),
    span({ startUs: now * 1_000, endUs: (now + 250) * 1_000, agent: 'well' })
  ]
  const whole = { ...summary, startUs: 1_000, endUs: (now + 400) * 1_000 }
  const run = showRun({ summary: whole, spans, attributes: [] }, 'shape')
  expect(run.spans.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    ...[
      [0, 2],
      [1, 52]
    ],
    [2, 252]
  ])
  expect([run.at, run.ms, run.title]).toEqual([null, 402, 'A run of 1 agent, ok'])
  const { endUs: _, ...open } = span({ startUs: now * 1_000, status: 'open' })
  const late = showRun(
    { summary: { ...whole, endUs: null }, spans: [open], attributes: [] },
    'shape'
  )
  expect([late.ms, late.spans[0]?.fromMs]).toEqual([null, 0])
})

test('thirty agents have thirty letters', () => {
  const spans = Array.from({ length: 30 }, (_, at) => span({ agent: `secret ${at}` }))
  const { lanes } = showRun({ summary, spans, attributes: [] }, 'shape')
  expect([lanes[0]?.name, lanes[25]?.name, lanes[26]?.name, lanes[29]?.name]).toEqual([
    ...['Agent A', 'Agent Z', 'Agent AA', 'Agent AD']
  ])
})

test('attributes are told by name, and only plain values', () => {
  const attributes = {
    ...{ 'gen_ai.request.temperature': 0.5, 'gen_ai.request.model': 'm', 'error.type': ['x'] },
    ...{ 'gen_ai.output.type': { a: 1 }, 'gen_ai.prompt': 'secret', __proto__: { x: 1 } }
  }
  const given = { summary, spans: [span({})], attributes: [attributes] }
  expect(showRun(given, 'full-metadata').spans[0]?.attributes).toEqual({
    ...{ 'gen_ai.request.temperature': 0.5, 'gen_ai.request.model': 'm' }
  })
  expect(showRun(given, 'names').spans[0]?.attributes).toBeNull()
})
