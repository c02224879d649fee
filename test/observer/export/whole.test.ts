import { expect, test } from 'vitest'
import { spanGroups } from '../../../src/observer/export/whole.ts'
import type { TraceStore } from '../../../src/observer/store.ts'
import { span } from '../alerts/house.ts'

async function gather(ask: TraceStore['span'], count: number) {
  const names = Array.from({ length: count }, (_, nth) => ({ trace: 't', span: String(nth) }))
  return Array.fromAsync(spanGroups({ span: ask }, names))
}
const stored = { kind: 'task', status: 'ok' } as const

test('spans come in order, and not too many are asked for at once', async () => {
  let [open, most] = [0, 0]
  const ask: TraceStore['span'] = async (trace, id) => {
    most = Math.max(most, ++open)
    await Promise.resolve()
    open--
    const one = { ...span({ trace, span: id }), ...stored }
    return id === '3' ? [] : id === '4' ? [one, one] : [one]
  }
  const [group, ...more] = await gather(ask, 40)
  expect(more).toEqual([])
  expect(group?.spans.map((one) => one.span).slice(0, 6)).toEqual(['0', '1', '2', '4', '4', '5'])
  expect([group?.spans.length, group?.names.length]).toEqual([40, 40])
  expect(most).toBe(16)
})

test('large spans come in groups that are not too large together', async () => {
  const attributes = { prompt: 'x'.repeat(100_000) }
  const groups = await gather(
    async (trace, id) => [{ ...span({ trace, span: id }), ...stored, attributes }],
    100
  )
  expect(groups.map(({ spans }) => spans.length)).toEqual([32, 32, 32, 4])
  expect(groups.flatMap(({ names }) => names.map(({ span: id }) => id))).toHaveLength(100)
})
