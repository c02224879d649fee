/** What a holder's list says that is news. */

import type { HeldLog } from '../../node/trace/api.ts'
import { joined, without } from '../../node/trace/ranges.ts'
import type { KnownLog } from './known-log.ts'
import type { KnownLogs } from './known-logs.ts'

/** Logs of which their producer lists less than it was known to have had, in between. */
export function lostIn(list: readonly HeldLog[], holder: string, logs: KnownLogs): KnownLog[] {
  const own = Map.groupBy(
    list.filter(({ by }) => by === holder),
    ({ boot }) => boot
  )
  return [...own].flatMap(([boot, some]) => {
    const ranges = joined(some.flatMap((one) => one.ranges))
    const [from, to] = [ranges[0]?.from ?? 0, ranges.at(-1)?.to ?? 0]
    const log = logs.get({ by: holder, boot })
    return log?.lose(from < to ? without([{ from, to }], ranges) : []) === true ? [log] : []
  })
}

/** Of a list only what is not held: the rest would be remembered in vain. */
export function lackedOf(list: readonly HeldLog[], logs: KnownLogs): HeldLog[] {
  const lacked = list.map((one) => {
    const held = logs.get(one)?.held ?? []
    return { ...one, ranges: without(joined(one.ranges), held) }
  })
  return lacked.filter(({ ranges }) => ranges.length > 0)
}
