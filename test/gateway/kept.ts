/** A door with alerts, retention and whatever else an observer of its own has behind it. */

import { onTestFinished } from 'vitest'
import { openHousekeeping } from '../../src/observer/housekeeping.ts'
import { openObserver } from '../../src/observer/observer.ts'
import { keepOf } from '../../src/observer/retention.ts'
import { observed, temporary, TurnedClock } from './observed.ts'

/** The door has its own clock; the rest goes by `clock`. */
export async function keptDoor(alertHosts: readonly string[] = []) {
  const dir = temporary()
  const clock = new TurnedClock()
  const stack = new AsyncDisposableStack()
  onTestFinished(async () => stack.disposeAsync())
  const { store, intake } = stack.use(await openObserver({ dir, clock }))
  const log = { info: () => undefined, warn: () => undefined }
  const keep = keepOf({ 'keep-bytes': '1GiB' })
  const parts = { dir, store, intake, clock, log, keep, alertHosts }
  const housekeeping = stack.use(await openHousekeeping(parts))
  const it = stack.use(await observed({ store, intake, ...housekeeping }))
  const [admin, read] = [it.key(['admin']), it.key(['read'])]
  const call = async (method: string, path: string, body?: unknown, key = admin) => {
    const headers = { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers }
    return it.ask(`/api/v1/${path}`, { method, key, ...sent })
  }
  return { it, alarm: housekeeping.alarm, store, intake, clock, read, call }
}
