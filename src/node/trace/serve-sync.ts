/**
 * A holder's answers to questions about trace logs, as frames: from its own log, and from what an
 * observer in this process keeps of others.
 */

import { fromHex, toHex } from '../../protocol/canonical.ts'
import { SYNC_ENTRIES_MAX, SYNC_RANGES_MAX } from '../../protocol/constants.ts'
import { PeerworkError, toPeerworkError, toRecord } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type {
  SyncAnswer,
  SyncEntry,
  SyncFrame,
  SyncQuestion,
  SyncRange
} from '../../protocol/trace-sync.ts'
import type { Contents } from '../content/contents.ts'
import type { HeldLog, ShelfBatch, TraceShelf } from './api.ts'
import type { KeptBoot } from './batch-store.ts'
import { Bell } from './bell.ts'
import type { Heads } from './heads.ts'
import type { OwnLog } from './own-log.ts'
import { RECENT_MAX } from './own-log.ts'

/**
 * Logs in one list, count: a hundred producers that were started forty times each. What is over is
 * room for logs of more ranges than stand in one entry.
 */
const LISTED_MAX = 4_096
/** Batches in one answer, count, some 30 MB at most and 8 usually; the asker asks again. */
const ANSWERED_MAX = 512
/** Batches read together, count: no reader keeps more of them in memory. */
const READ_TOGETHER = 16
/** A tail that is further behind than this begins with the newest, batches: 100,000 events. */
const BEHIND_MAX = 2_048

export interface ServeOptions {
  readonly self: AgentId
  readonly log: OwnLog
  readonly shelves: ReadonlySet<TraceShelf>
  readonly heads: Pick<Heads, 'current' | 'of' | 'listen'>
  readonly contents?: Pick<Contents, 'keyOf'> | undefined
  /** The running start. */
  readonly boot: Uint8Array
}

/** The frames of one answer to `peer`, as fast as they are taken. */
export function serve(
  question: SyncQuestion,
  options: ServeOptions,
  signal: AbortSignal,
  peer: string
): AsyncGenerator<SyncFrame, void, void> {
  if (question.type === 'list') return list(options)
  if (question.type === 'get') return get(question, options, signal)
  if (question.type === 'key') return key(question.trace, options, peer)
  return tail(question, options, signal)
}

type Frames = AsyncGenerator<SyncFrame, void, void>

const end = (more = false): SyncFrame => ({ kind: 'answer', answer: { type: 'end', more } })

async function* key(trace: Uint8Array, { contents }: ServeOptions, peer: string): Frames {
  const answer = keyAnswer(trace, contents, peer)
  yield { kind: 'answer', answer }
}

function keyAnswer(
  trace: Uint8Array,
  contents: ServeOptions['contents'],
  peer: string
): SyncAnswer {
  try {
    if (contents !== undefined) return { type: 'key', key: contents.keyOf(trace, peer) }
    throw new PeerworkError('CONTENT_GONE', 'this agent tells of no contents')
  } catch (error) {
    return { type: 'refused', error: toRecord(toPeerworkError(error)) }
  }
}

async function* list(options: ServeOptions): Frames {
  const { log, shelves, boot, self } = options
  const own = log.boots().filter((one) => toHex(one.boot) !== toHex(boot))
  const logs: Entries[] = own.map((one) => (max) => ownEntries(one.boot, max, { options, one }))
  logs.push((max) => ownEntries(boot, max, { options }))
  const others: Entries[] = []
  for (const shelf of shelves) {
    const held = await shelf.held()
    others.push(...held.filter(({ by }) => by !== self).map((one) => inEntries(one)))
  }
  // The newest of ours are at the end; nobody else may have them.
  const listed = logs.slice(-LISTED_MAX)
  listed.push(...others.slice(0, LISTED_MAX - listed.length))
  let spare = LISTED_MAX - listed.length
  let entries: SyncEntry[] = []
  for (const make of listed) {
    const some = make(1 + spare)
    spare -= some.length - 1
    entries.push(...some)
    for (; entries.length >= SYNC_ENTRIES_MAX; entries = entries.slice(SYNC_ENTRIES_MAX)) {
      const full = entries.slice(0, SYNC_ENTRIES_MAX)
      yield { kind: 'answer', answer: { type: 'held', entries: full } }
    }
  }
  if (entries.length > 0) yield { kind: 'answer', answer: { type: 'held', entries } }
  yield end(listed.length < logs.length + others.length)
}

/** What a list says of one log, in so many entries at most. */
type Entries = (max: number) => readonly SyncEntry[]

interface Own {
  readonly options: ServeOptions
  /** A start before the running one. */
  readonly one?: KeptBoot
}

function ownEntries(boot: Uint8Array, max: number, { options, one }: Own): readonly SyncEntry[] {
  const { self, log, heads } = options
  const head = one === undefined ? heads.current() : heads.of(one)
  return split({ by: self, boot, ranges: log.held(boot), forks: [], head: head.bytes }, max)
}

const inEntries =
  ({ by, boot, ranges, tip, forks, head }: HeldLog): Entries =>
  (max) =>
    split(
      {
        ...{ by, boot: fromHex(boot), ranges: [...ranges] },
        ...{ forks: forks.slice(-SYNC_RANGES_MAX) },
        ...(tip && { tip: { first: tip.first, digest: fromHex(tip.digest) } }),
        ...(head && { head: head.bytes })
      },
      max
    )

/** A log of more ranges than one entry has stands in several, the newest in the last. */
function split(entry: SyncEntry, max: number): readonly SyncEntry[] {
  const { by, boot, ranges } = entry
  const count = Math.min(max, Math.max(1, Math.ceil(ranges.length / SYNC_RANGES_MAX)))
  return Array.from({ length: count }, (_, at) => {
    const to = ranges.length - (count - 1 - at) * SYNC_RANGES_MAX
    const some = ranges.slice(Math.max(0, to - SYNC_RANGES_MAX), to)
    return at + 1 === count ? { ...entry, ranges: some } : { by, boot, ranges: some, forks: [] }
  })
}

type Get = Extract<SyncQuestion, { type: 'get' }>

async function* get({ by, boot, ranges }: Get, options: ServeOptions, signal: AbortSignal): Frames {
  let left = ANSWERED_MAX
  for (const { from, to } of ranges) {
    let next = from
    while (next < to && left > 0 && !signal.aborted) {
      const found = await read(options, { by, boot, from: next, to })
      for (const { bytes } of found) yield { kind: 'batch', bytes }
      left -= found.length
      const last = found.at(-1)
      if (last === undefined) break
      next = Math.max(next + 1, last.to)
    }
    if (left <= 0) break
  }
  yield end(left <= 0)
}

async function read(
  { self, log, shelves }: ServeOptions,
  { by, boot, from, to }: SyncRange & { by: AgentId; boot: Uint8Array }
): Promise<readonly ShelfBatch[]> {
  if (by === self) return log.within(boot, { from, to }, READ_TOGETHER)
  for (const shelf of shelves) {
    const name = { by, boot: toHex(boot) }
    const found = await shelf.batches(name, { from, to }, READ_TOGETHER)
    if (found.length > 0) return found
  }
  return []
}

type Tail = Extract<SyncQuestion, { type: 'tail' }>

async function* tail(question: Tail, options: ServeOptions, signal: AbortSignal): Frames {
  const { log, heads } = options
  const bell = new Bell()
  const ring = (): void => bell.ring()
  const stops = [log.listen(ring), heads.listen(ring)]
  signal.addEventListener('abort', ring)
  let n = startOf(question, log)
  let told: unknown
  try {
    for (;;) {
      // Whoever ends it still gets what there is.
      const over = signal.aborted
      const batches = log.after(n, READ_TOGETHER)
      for (const { n: place, bytes } of batches) {
        n = place
        yield { kind: 'batch', bytes }
      }
      if (batches.length > 0) continue
      const head = heads.current()
      if (head !== told) yield { kind: 'head', bytes: head.bytes }
      told = head
      if (over) break
      if (log.end === n) await bell.wait()
    }
  } finally {
    for (const stop of stops) stop()
    signal.removeEventListener('abort', ring)
  }
  yield end()
}

/** Where a tail begins: where the asker is, or with what is in memory. */
function startOf({ boot, next = 0 }: Tail, log: OwnLog): number {
  const recent = Math.max(0, log.end - RECENT_MAX)
  const asked = boot === undefined ? undefined : log.before(boot, next)
  if (asked !== undefined) return asked < log.end - BEHIND_MAX ? recent : asked
  // It has everything of that start, or knows one that we do not.
  const { recent: batches } = log
  const last = batches.at(-1)
  const has = boot !== undefined && last !== undefined && toHex(last.boot) === toHex(boot)
  return has && next >= last.first + last.count ? log.end : recent
}
