import { expect, test } from 'vitest'
import { endOf, HOURS_DEFAULT, HOURS_MAX } from '../../../src/gateway/shares/share.ts'

test('a link ends after a week unless it is said, after a quarter of a year at the latest', () => {
  const day = 24 * 60 * 60_000
  expect([HOURS_DEFAULT / 24, HOURS_MAX / 24]).toEqual([7, 90])
  expect(endOf(5)).toBe(5 + 7 * day)
  expect(endOf(5, 24)).toBe(5 + day)
})
