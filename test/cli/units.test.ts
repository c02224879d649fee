import { expect, test } from 'vitest'
import { formatBytes, formatDuration } from '../../src/cli/units.ts'

test.for([
  [0.42, '0.4 ms'],
  [12.4, '12 ms'],
  [1250, '1.25 s'],
  [12_500, '12.5 s'],
  [200_000, '3 min 20 s']
] as const)('%d ms reads as %s', ([ms, text]) => {
  expect(formatDuration(ms)).toBe(text)
})

test.for([
  [812, '812 B'],
  [1234, '1.2 kB'],
  [3_400_000, '3.4 MB']
] as const)('%d bytes read as %s', ([bytes, text]) => {
  expect(formatBytes(bytes)).toBe(text)
})
