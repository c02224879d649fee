/**
 * A holder's list of logs: its own, by their starts, and then those that it keeps of others, by
 * their producers and starts. The order is the same for every question, so that a list goes on
 * where the one before it ended, whatever came or went in between.
 */

import { fromHex, toHex } from '../../protocol/canonical.ts'
import { SYNC_ENTRIES_MAX, SYNC_RANGES_MAX } from '../../protocol/constants.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { SyncEntry, SyncFrame, SyncListPlace } from '../../protocol/trace-sync.ts'
import type { HeldLog, LogName, TraceShelf } from './api.ts'
import type { KeptBoot } from './batch-store.ts'
import type { Heads } from './heads.ts'
import type { OwnLog } from './own-log.ts'

/** Entries in one list, count: a hundred producers that were started forty times each. */
const LISTED_MAX = 4_096

export interface ListOptions {
  readonly self: AgentId
  readonly log: Pick<OwnLog, 'boots' | 'held'>
  readonly shelves: ReadonlySet<TraceShelf>
  readonly heads: Pick<Heads, 'current' | 'of'>
  /** The running start. */
  readonly boot: Uint8Array
}

/** The frames of one list. The last says whether there is more. */
export async function* list(
  after: SyncListPlace | undefined,
  options: ListOptions
): AsyncGenerator<SyncFrame, void, void> {
  const place = after && { by: after.by, boot: toHex(after.boot) }
  const others = await othersAfter(place, options)
  const foreign = others.filter(({ by }) => by !== options.self)
  const logs = [...ownAfter(place, options), ...foreign.map((one) => () => inEntries(one))]
  let [listed, more] = [0, others.length > LISTED_MAX]
  let entries: SyncEntry[] = []
  for (const make of logs) {
    // Of one start, however many pieces it lies in, all is told together.
    const some = make().slice(-LISTED_MAX)
    more ||= listed + some.length > LISTED_MAX
    if (listed + some.length > LISTED_MAX) break
    listed += some.length
    entries.push(...some)
    for (; entries.length >= SYNC_ENTRIES_MAX; entries = entries.slice(SYNC_ENTRIES_MAX)) {
      yield held(entries.slice(0, SYNC_ENTRIES_MAX))
    }
  }
  if (entries.length > 0) yield held(entries)
  yield { kind: 'answer', answer: { type: 'end', more } }
}

const held = (entries: SyncEntry[]): SyncFrame => ({
  ...{ kind: 'answer', answer: { type: 'held', entries } }
})

/** What a list says of one log. */
type Entries = () => readonly SyncEntry[]

function ownAfter(place: LogName | undefined, options: ListOptions): Entries[] {
  const { self, log, boot } = options
  if (place !== undefined && place.by !== self) return []
  const starts = new Map<string, KeptBoot | undefined>(
    log.boots().map((one) => [toHex(one.boot), one])
  )
  starts.set(toHex(boot), undefined)
  const left = [...starts].filter(([start]) => place === undefined || start > place.boot)
  left.sort(([one], [other]) => (one < other ? -1 : 1))
  return left.map(
    ([start, one]) =>
      () =>
        ownEntries(fromHex(start), one, options)
  )
}

/** @param one a start before the running one */
function ownEntries(
  boot: Uint8Array,
  one: KeptBoot | undefined,
  { self, log, heads }: ListOptions
): readonly SyncEntry[] {
  const head = one === undefined ? heads.current() : heads.of(one)
  return split({ by: self, boot, ranges: log.held(boot), forks: [], head: head.bytes })
}

/** One more than fits tells that there is more. */
async function othersAfter(
  place: LogName | undefined,
  { self, shelves }: ListOptions
): Promise<HeldLog[]> {
  const after = place?.by === self ? undefined : place
  const found: HeldLog[] = []
  for (const shelf of shelves) {
    found.push(...(await shelf.held(after, LISTED_MAX + 1)))
  }
  return found.sort(inOrder)
}

const inOrder = (one: LogName, other: LogName): number => {
  if (one.by !== other.by) return one.by < other.by ? -1 : 1
  if (one.boot !== other.boot) return one.boot < other.boot ? -1 : 1
  return 0
}

const inEntries = ({ by, boot, ranges, tip, forks, head }: HeldLog): readonly SyncEntry[] =>
  split({
    ...{ by, boot: fromHex(boot), ranges: [...ranges] },
    ...{ forks: forks.slice(-SYNC_RANGES_MAX) },
    ...(tip && { tip: { first: tip.first, digest: fromHex(tip.digest) } }),
    ...(head && { head: head.bytes })
  })

/** A log of more ranges than one entry has stands in several, the newest in the last. */
function split(entry: SyncEntry): readonly SyncEntry[] {
  const { by, boot, ranges } = entry
  const count = Math.max(1, Math.ceil(ranges.length / SYNC_RANGES_MAX))
  return Array.from({ length: count }, (_, at) => {
    const to = ranges.length - (count - 1 - at) * SYNC_RANGES_MAX
    const some = ranges.slice(Math.max(0, to - SYNC_RANGES_MAX), to)
    return at + 1 === count ? { ...entry, ranges: some } : { by, boot, ranges: some, forks: [] }
  })
}
