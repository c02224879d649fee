import { expect, test } from 'vitest'
import { Findings } from '../../../src/observer/collect/findings.ts'

const BROKEN = 'integrity.broken-chain'
const log = (boot: number, by = 'mallory') => ({ by, boot: `boot ${boot}` })

test('the first ones are told whole, and then one whenever there are twice as many', () => {
  const findings = new Findings(() => 0)
  const found = Array.from({ length: 40 }, () => findings.note(BROKEN, log(1)))
  const told = found.filter((one) => one.told).map(({ count }) => count)
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 16, 32])
})

test('a producer that is started anew for each lie is not told each time', () => {
  const findings = new Findings(() => 0)
  const told = Array.from({ length: 1_000 }, (_, boot) => findings.note(BROKEN, log(boot)).told)
  expect(told.filter(Boolean)).toHaveLength(64 + [128, 256, 512].length)
  expect(findings.note('integrity.forked', log(1)).told).toBe(true)
  expect(findings.note(BROKEN, log(1, 'alice')).told).toBe(true)
})

test('made-up producers together are told so often', () => {
  let elapsed = 0
  const findings = new Findings(() => elapsed)
  const lie = (nth: number) => findings.note(BROKEN, log(1, `made up ${nth}`)).told
  const told = Array.from({ length: 5_000 }, (_, nth) => lie(nth))
  expect(told.filter(Boolean)).toHaveLength(1_024)
  elapsed = 1_000
  expect([lie(6_000), lie(6_001)]).toEqual([true, false])
})
