/** Work as the journal knows it: what identifies it, how it ended, and what it is to a request. */

import { digest } from '../protocol/canonical.ts'
import type { Row } from './journal-store.ts'

/** What identifies work: who asked, under which key, for what. */
export interface Entry {
  readonly from: string
  readonly key: string
  /** Digest of the sealed task's body. */
  readonly task: Uint8Array
  /** Digest of the skill name and input: the same key must mean the same work. */
  readonly work: Uint8Array
  readonly expires: number
}

export interface Ending {
  /** The sealed result. */
  readonly result: Uint8Array
  /** The output; null when there is none. */
  readonly output: Uint8Array | null
  /** Changes to the shared state; null when there are none. */
  readonly patch: Uint8Array | null
}

/** What the journal knows of an entry. */
export type Known =
  | { readonly state: 'new' }
  | { readonly state: 'running' }
  /** Ran when the process died. */
  | { readonly state: 'interrupted' }
  /** Same key, other work. */
  | { readonly state: 'conflict' }
  /** Finished, but its answer was removed to save space. */
  | { readonly state: 'forgotten' }
  | ({ readonly state: 'finished'; readonly task: Uint8Array } & Ending)

export const NEW: Known = { state: 'new' }

/** In memory: peer and key, of which a peer id holds no space. */
export const nameOf = ({ from, key }: Entry): string => `${from} ${key}`

/** Peer and key as 128 bits: short to index, and nothing of it can be chosen to collide. */
export function idOf({ from, key }: Entry): Uint8Array {
  return digest(Buffer.from(`${from} ${key}`)).subarray(0, 16)
}

/** @param boot number of this start */
export function judge(entry: Entry, row: Row, boot: number): Known {
  if (Buffer.compare(row.work, entry.work) !== 0) return { state: 'conflict' }
  if (row.answered === null) return { state: row.boot === boot ? 'running' : 'interrupted' }
  const { task, result, output, patch } = row
  if (result === null) return { state: 'forgotten' }
  return { state: 'finished', task, result, output, patch }
}
