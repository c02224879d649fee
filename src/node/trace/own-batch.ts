/**
 * A batch of the own log: sealed, with what the log itself wants to know of it.
 *
 * A busy agent seals thousands of events a second and keeps the last batches in memory, so it keeps
 * them as bytes. They are read back when somebody in this process asks for them, as a watcher does.
 */

import { decode } from '../../protocol/canonical.ts'
import { peek } from '../../protocol/seal.ts'
import type { Sealed } from '../../protocol/seal.ts'
import { readBatch } from '../../protocol/trace.ts'
import type { TraceBatch } from '../../protocol/trace.ts'

export interface OwnBatch {
  readonly sealed: Sealed<TraceBatch>
  readonly boot: Uint8Array
  /** Sequence number of the first event. */
  readonly first: number
  /** Events, count. */
  readonly count: number
  /** Nothing in it tells how something began or ended. */
  readonly fleeting: boolean
  /** Events dropped unsealed until then, count. */
  readonly dropped: number
}

/** What was sealed here, without its body. */
export class SealedBytes implements Sealed<TraceBatch> {
  readonly bytes: Uint8Array
  readonly digest: Uint8Array
  #body: TraceBatch | undefined

  constructor({ bytes, digest }: Pick<Sealed<unknown>, 'bytes' | 'digest'>) {
    this.bytes = bytes
    this.digest = digest
  }

  get body(): TraceBatch {
    return (this.#body ??= readBatch(decode(peek(this.bytes).body)))
  }
}
