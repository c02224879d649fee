import { expect, test } from 'vitest'
import { wholeSpans } from '../../../src/observer/export/whole.ts'
import type { TraceStore } from '../../../src/observer/store.ts'
import { span } from '../alerts/house.ts'

test('spans come in order, and not too many are asked for at once', async () => {
  let [open, most] = [0, 0]
  const ask: TraceStore['span'] = async (trace, id) => {
    most = Math.max(most, ++open)
    await Promise.resolve()
    open--
    const one = { ...span({ trace, span: id }), kind: 'task', status: 'ok' } as const
    return id === '3' ? [] : id === '4' ? [one, one] : [one]
  }
  const names = Array.from({ length: 40 }, (_, nth) => ({ trace: 't', span: String(nth) }))
  const whole = await wholeSpans({ span: ask }, names)
  expect(whole.map((one) => one.span).slice(0, 6)).toEqual(['0', '1', '2', '4', '4', '5'])
  expect(whole).toHaveLength(40)
  expect(most).toBe(16)
})
