import { expect, test } from 'vitest'
import { toMs } from '../../src/node/duration.ts'

test.for([
  [1, 1],
  ['500', 500],
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['24h', 86_400_000]
] as const)('%s is %i ms', ([text, ms]) => {
  expect(toMs(text, 'deadline')).toBe(ms)
})

test.for([
  '',
  '0',
  '0s',
  '-1s',
  '2d',
  's',
  '1 s',
  'soon',
  '1e3',
  Number.NaN,
  Infinity,
  -5,
  0.2,
  '9'.repeat(30),
  '25h',
  '99999999h',
  86_400_001
])('%s is refused with the name of the option', (value) => {
  expect(() => toMs(value, 'deadline')).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(/^deadline: /) })
  )
})
