/**
 * What goes between a store and its thread.
 *
 * An `ingest` is one string of JSON and one piece of bytes that changes hands: cloning a tree of
 * small objects costs several times as much, on both sides.
 */

import type { ErrorRecord } from '../../protocol/errors.ts'
import type { Ingest, TraceStore } from '../store.ts'

export type Question = Exclude<keyof TraceStore, 'ingest' | symbol> | 'close'

export type Request = { readonly id: number; readonly nowUs: number } & (
  | { readonly method: 'ingest'; readonly text: string; readonly bytes: Uint8Array }
  | { readonly method: Question; readonly args: readonly unknown[] }
)

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorRecord }

export interface StartOptions {
  readonly dir: string
  readonly nowUs: number
  readonly dayBytesMax?: number
  readonly pagesMax?: number
}

/** Sealed batches are not JSON: their bytes go beside it, one after the other. */
export function pack(entries: readonly Ingest[]): { text: string; bytes: Uint8Array } {
  const pieces: Uint8Array[] = []
  const light = entries.map(({ spans, handoffs, facts, batch }) => {
    if (batch === undefined) return { spans, handoffs, facts }
    pieces.push(batch.bytes)
    return { spans, handoffs, facts, batch: { ...batch, bytes: batch.bytes.length } }
  })
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return { text: JSON.stringify(light), bytes }
}

export function unpack({ text, bytes }: { text: string; bytes: Uint8Array }): Ingest[] {
  let at = 0
  const entries = JSON.parse(text) as (Omit<Ingest, 'batch'> & { batch?: { bytes: number } })[]
  return entries.map(({ batch, ...parts }) => {
    if (batch === undefined) return parts
    const piece = bytes.subarray(at, at + batch.bytes)
    at += batch.bytes
    return { ...parts, batch: { ...batch, bytes: piece } } as unknown as Ingest
  })
}
