/** Proof that a producer lied, as a fact among the others. */

import type { LogName } from '../../node/trace/api.ts'
import type { Fact } from '../model.ts'

export interface Finding {
  /**
   * `forked`: two batches for the same numbers, both with its seal. `broken-chain`: a batch that
   * names another predecessor than the one that is held.
   */
  readonly type: 'integrity.forked' | 'integrity.broken-chain'
  readonly log: LogName
  /** First sequence number of the batch. */
  readonly first: number
  /** The how-manieth of its kind it is, of this start of the producer. */
  readonly count: number
  /** ms since 1970, by the observer's clock. */
  readonly at: number
  /** The observer that found it. */
  readonly self: string
}

export function findingFact({ type, log: { by, boot }, first, count, at, self }: Finding): Fact {
  return {
    id: `${by}/${boot}/${type}/${first}`,
    source: { kind: 'agent', by: self },
    atUs: at * 1_000,
    type,
    body: { by, boot, first, count }
  }
}
