/** A failure that the executor has signed: what it used up, and what there was of the work. */

import { fromRecord, isErrorCode, PeerworkError } from '../protocol/errors.ts'
import type { ErrorRecord } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import type { Usage } from '../protocol/message/result.ts'

/** What is known of a failed task beside the error. */
export interface Failure {
  readonly task: string
  /** Peer id of the executor, whose signature was verified. */
  readonly by: string
  readonly usage: Usage
  /** Chunks that it signed. */
  readonly chunks: number
  /** What the skill had when its time or budget ran out; undefined when it never said. */
  readonly partial: JsonValue | undefined
  /** The sealed result, for keeping or export as DSSE. */
  readonly sealed: Uint8Array
}

/** As JSON carries it: the seal in base64. */
export interface WireFailure extends Omit<Failure, 'sealed' | 'partial'> {
  readonly partial?: JsonValue
  readonly sealed: string
}

/** Compare `code`, as of any other error. */
export class TaskFailure extends PeerworkError implements Failure {
  readonly task: string
  readonly by: string
  readonly usage: Usage
  readonly chunks: number
  readonly partial: JsonValue | undefined
  readonly sealed: Uint8Array

  constructor(record: ErrorRecord, failure: Failure) {
    super(record.code, record.message, record.facts ?? {})
    this.task = failure.task
    this.by = failure.by
    this.usage = failure.usage
    this.chunks = failure.chunks
    this.partial = failure.partial
    this.sealed = failure.sealed
  }

  override toJSON(): ErrorRecord & { hint: string; failure: WireFailure } {
    const { task, by, usage, chunks, partial } = this
    const sealed = Buffer.from(this.sealed).toString('base64')
    const facts = { task, by, usage, chunks, sealed }
    return { ...super.toJSON(), failure: partial === undefined ? facts : { ...facts, partial } }
  }
}

/** An error that crossed the control socket, as an error again. */
export function errorFrom(record: ErrorRecord & { failure?: WireFailure }): PeerworkError {
  const { failure } = record
  if (!isErrorCode(record.code)) {
    // The running agent may be of a newer version and know a code that we do not.
    const { code, message } = record as { code: string; message: string }
    return new PeerworkError('INTERNAL', `${code}: ${message}`)
  }
  if (failure === undefined) return fromRecord(record)
  const sealed = new Uint8Array(Buffer.from(failure.sealed, 'base64'))
  return new TaskFailure(record, { ...failure, partial: failure.partial, sealed })
}
