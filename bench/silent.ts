/** A logger that says nothing. */

import type { WorkLog } from '../src/tasks/work.ts'

const nothing = (): void => undefined

export const silent: WorkLog = { debug: nothing, info: nothing, warn: nothing, error: nothing }
