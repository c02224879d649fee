/** `make soak`: 20 minutes, or `SOAK_SECONDS`; fails when anything is lost or grows. */

import { faultsOf } from './faults.ts'
import { soak } from './soak.ts'

const SECONDS = 1_200

const soaked = await soak(Number(process.env['SOAK_SECONDS'] ?? SECONDS), (word) => {
  process.stderr.write(`${word}\n`)
})
process.stdout.write(`${JSON.stringify(soaked, null, 2)}\n`)
const faults = faultsOf(soaked)
for (const fault of faults) process.stderr.write(`${fault}\n`)
process.exitCode = faults.length > 0 ? 1 : 0
