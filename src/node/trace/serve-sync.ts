/**
 * A holder's answers to questions about trace logs, as frames: from its own log, and from what an
 * observer in this process keeps of others.
 */

import { toHex } from '../../protocol/canonical.ts'
import { PeerworkError, toPeerworkError, toRecord } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { SyncAnswer, SyncFrame, SyncQuestion, SyncRange } from '../../protocol/trace-sync.ts'
import type { Contents } from '../content/contents.ts'
import type { ShelfBatch } from './api.ts'
import { Bell } from './bell.ts'
import type { Heads } from './heads.ts'
import type { OwnLog } from './own-log.ts'
import { RECENT_MAX } from './own-log.ts'
import { list } from './serve-list.ts'
import type { ListOptions } from './serve-list.ts'

/** Batches in one answer, count, some 30 MB at most and 8 usually; the asker asks again. */
const ANSWERED_MAX = 512
/** Batches read together, count: no reader keeps more of them in memory. */
const READ_TOGETHER = 16
/** A tail that is further behind than this begins with the newest, batches: 100,000 events. */
const BEHIND_MAX = 2_048

export interface ServeOptions extends ListOptions {
  readonly log: OwnLog
  readonly heads: Pick<Heads, 'current' | 'of' | 'listen'>
  readonly contents?: Pick<Contents, 'keyOf'> | undefined
}

/** The frames of one answer to `peer`, as fast as they are taken. */
export function serve(
  question: SyncQuestion,
  options: ServeOptions,
  signal: AbortSignal,
  peer: string
): AsyncGenerator<SyncFrame, void, void> {
  if (question.type === 'list') return list(question.after, options)
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
