/** What the files rely on is looked at before it comes near them. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Ingest, KeptBatch } from '../store.ts'
import { BATCH_EVENTS_MAX } from './held.ts'

const TRACE = /^[0-9a-f]{32}$/
const SPAN = /^[0-9a-f]{16}$/
const DIGEST = /^[0-9a-f]{64}$/

/** @throws PeerworkError `MALFORMED` for an id that is none; then nothing was taken */
export function checkEntries(entries: readonly Ingest[]): void {
  for (const { spans, handoffs, facts, batch } of entries) {
    for (const { trace, span, parent, task } of spans) {
      need(TRACE, trace, 'trace')
      need(SPAN, span, 'span')
      if (parent !== undefined) need(SPAN, parent, 'parent')
      if (task !== undefined) need(TRACE, task, 'task')
    }
    for (const { trace } of handoffs) need(TRACE, trace, 'trace')
    for (const { trace, span, atUs } of facts) {
      if (trace !== undefined) need(TRACE, trace, 'trace')
      if (span !== undefined) need(SPAN, span, 'span')
      if (!Number.isSafeInteger(Math.round(atUs))) throw malformed('time')
    }
    if (batch !== undefined) checkBatch(batch)
  }
}

function checkBatch({ boot, first, count, digest, issued }: KeptBatch): void {
  need(SPAN, boot, 'boot')
  need(DIGEST, digest, 'digest')
  const inOrder = Number.isSafeInteger(first + count) && first >= 0 && count >= 1
  if (!inOrder || count > BATCH_EVENTS_MAX) throw malformed('range')
  if (!Number.isSafeInteger(issued)) throw malformed('time')
}

/** @throws PeerworkError `MALFORMED` */
export function checkTrace(id: string): void {
  need(TRACE, id, 'trace')
}

/** Traces of one removal, count: others wait for it. */
const REMOVED_MAX = 100

/** @throws PeerworkError `MALFORMED`, `BAD_OPTION` for too many */
export function checkTraces(ids: readonly string[]): void {
  if (ids.length > REMOVED_MAX) {
    throw new PeerworkError('BAD_OPTION', `at most ${REMOVED_MAX} traces at once`)
  }
  for (const id of ids) checkTrace(id)
}

/** @throws PeerworkError `MALFORMED` */
export function checkSpan(id: string): void {
  need(SPAN, id, 'span')
}

function need(shape: RegExp, id: string, what: string): void {
  if (!shape.test(id)) throw malformed(what)
}

const malformed = (what: string): PeerworkError =>
  new PeerworkError('MALFORMED', `no ${what} of a trace: it has the wrong shape`)
