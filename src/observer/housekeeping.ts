/** What an observer does besides taking and answering: watch, forget, pass on. */

import type { Clock } from '../node/clock.ts'
import { openAlarm } from './alerts/alarm.ts'
import type { Alarm } from './alerts/alarm.ts'
import { openForward } from './export/forward.ts'
import type { ForwardState } from './export/forward.ts'
import type { ExportTarget } from './export/target.ts'
import type { Intake } from './intake.ts'
import { Keeper } from './retention.ts'
import type { Keep, KeeperInit, KeeperState } from './retention.ts'
import type { TraceStore } from './store.ts'

export interface HousekeepingInit {
  /** Of the observer. */
  readonly dir: string
  readonly store: TraceStore
  readonly intake: Pick<Intake, 'listen'>
  readonly clock: Clock
  readonly log: KeeperInit['log']
  readonly keep: Keep
  /** See `guardOf`. */
  readonly alertHosts?: readonly string[] | undefined
  readonly target?: ExportTarget | undefined
}

/** As the door takes it. */
export interface Housekeeping extends AsyncDisposable {
  readonly alarm: Alarm
  readonly keeping: () => KeeperState
  readonly forwarding?: () => ForwardState
}

/**
 * Close it before the store.
 *
 * @throws PeerworkError `BAD_OPTION`, `STORE_FAILED`, `STORE_FULL`
 */
export async function openHousekeeping(init: HousekeepingInit): Promise<Housekeeping> {
  const { dir, store, intake, clock, log, keep, alertHosts = [], target } = init
  await using opening = new AsyncDisposableStack()
  const parts = { dir, store, intake, clock, log }
  const alarm = opening.use(await openAlarm({ ...parts, hosts: alertHosts }))
  const forward =
    target === undefined ? undefined : opening.use(await openForward({ ...parts, ...target }))
  const keeper = opening.use(new Keeper({ store, dir, keep, clock, log }))
  keeper.start()
  const stack = opening.move()
  return {
    alarm,
    keeping: () => keeper.state(),
    ...(forward !== undefined && { forwarding: () => forward.state() }),
    [Symbol.asyncDispose]: () => stack.disposeAsync()
  }
}
