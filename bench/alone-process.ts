/** Inside the namespace: measure one start and print it. */

import { firstResult } from './pair.ts'
import type { Pair } from './pair.ts'

process.stdout.write(`${await firstResult(JSON.parse(process.argv[2] ?? '{}') as Pair)}\n`)
