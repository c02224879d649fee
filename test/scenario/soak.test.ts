/**
 * Agents come, go and are killed, with tasks all the time. Two minutes on CI, and less elsewhere;
 * `make soak` takes twenty, and then also looks at resident memory.
 */

import { expect, test } from 'vitest'
import { faultsOf } from '../../bench/soak/faults.ts'
import { soak } from '../../bench/soak/soak.ts'

const ON_CI = process.env['CI'] === 'true'
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? (ON_CI ? 120 : 20))
/** Start, a crowd of strangers, settling, and visitors that are still there at the end, s. */
const AROUND = 160

test(
  'agents come and go: no task is lost, no handle and no file stays, and memory does not grow',
  async () => {
    const soaked = await soak(SECONDS, () => undefined)
    expect(soaked.came).toBeGreaterThan(3)
    expect(soaked.killed).toBeGreaterThan(0)
    expect(soaked.outcomes.answered).toBeGreaterThan(SECONDS)
    expect(faultsOf(soaked)).toEqual([])
  },
  (SECONDS + AROUND) * 1_000
)
