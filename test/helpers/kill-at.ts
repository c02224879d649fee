/**
 * Loaded before a program (`--import`): kills it with SIGKILL right before its n-th step on disk,
 * as a power cut would. Steps are calls that change files or a database; `KILL_AT` says which.
 */

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'

type Step = (...parts: unknown[]) => unknown

const at = Number(process.env['KILL_AT'])
let steps = 0

function counted(owner: object, name: string): void {
  const steppers = owner as Record<string, Step>
  const original = steppers[name]
  if (original === undefined) throw new Error(`there is no ${name}`)
  steppers[name] = function step(this: unknown, ...parts: unknown[]) {
    steps++
    if (steps === at) process.kill(process.pid, 'SIGKILL')
    return original.apply(this, parts)
  }
}

for (const name of ['writeSync', 'linkSync', 'renameSync', 'rmSync', 'unlinkSync', 'mkdirSync']) {
  counted(fs, name)
}
counted(DatabaseSync.prototype, 'exec')
counted(DatabaseSync.prototype, 'close')
counted(StatementSync.prototype, 'run')
syncBuiltinESMExports()
