import { expect, test } from 'vitest'
import { encode } from '../../src/protocol/canonical.ts'
import { SYNC_ENTRIES_MAX, SYNC_FRAME_BYTES_MAX } from '../../src/protocol/constants.ts'
import { HEAD_BYTES_MAX, SYNC_RANGES_MAX } from '../../src/protocol/constants.ts'
import { decodeSyncFrame, decodeSyncQuestion } from '../../src/protocol/trace-sync.ts'
import { encodeSyncFrame, encodeSyncQuestion } from '../../src/protocol/trace-sync.ts'
import type { SyncFrame, SyncQuestion } from '../../src/protocol/trace-sync.ts'
import { alice } from './samples.ts'

const boot = new Uint8Array(8).fill(5)
const range = { from: 3, to: 53 }

test.each<SyncQuestion>([
  { type: 'list' },
  { type: 'list', after: { by: alice.id, boot } },
  { type: 'get', by: alice.id, boot, ranges: [range] },
  { type: 'tail', keeps: true },
  { type: 'tail', boot, next: 7, keeps: false }
])('the question $type is read as it was written', (question) => {
  expect(decodeSyncQuestion(encodeSyncQuestion(question))).toEqual(question)
})

test.each([
  { type: 'get', by: alice.id, boot, ranges: [] },
  { type: 'get', by: alice.id, boot, ranges: [{ from: 5, to: 5 }] },
  { type: 'get', by: alice.id, boot, ranges: Array.from({ length: 33 }, () => range) },
  { type: 'get', by: 'alice', boot, ranges: [range] },
  { type: 'tail' },
  { type: 'tail', keeps: true, after: { by: alice.id, boot } },
  { type: 'list', after: { by: 'x', boot } },
  { type: 'list', after: { by: alice.id } },
  { type: 'list', after: { by: alice.id, boot, more: 1 } },
  { type: 'list', after: 7 },
  { type: 'list', more: true },
  { type: 'forget' }
])('a question of another shape is refused: %j', (question) => {
  expect(() => decodeSyncQuestion(encode(question))).toThrow(/not a trace question/)
})

test('a first list is asked for in the words that every version knows', () => {
  expect(encodeSyncQuestion({ type: 'list' })).toEqual(encode({ type: 'list' }))
})

test('frames are read as they were written, and those of no known kind are refused', () => {
  const entry = { by: alice.id, boot, ranges: [range], forks: [3], head: new Uint8Array(9) }
  const tip = { first: 3, digest: new Uint8Array(32) }
  const frames: SyncFrame[] = [
    { kind: 'answer', answer: { type: 'held', entries: [{ ...entry, tip }] } },
    { kind: 'answer', answer: { type: 'end', more: true } },
    { kind: 'answer', answer: { type: 'refused', error: { code: 'BUSY', message: 'later' } } },
    { kind: 'batch', bytes: new Uint8Array([1, 2]) },
    { kind: 'head', bytes: new Uint8Array([3]) }
  ]
  for (const frame of frames) {
    const read = decodeSyncFrame(Buffer.concat(encodeSyncFrame(frame)))
    expect(read.kind === 'answer' ? read : { ...read, bytes: new Uint8Array(read.bytes) }).toEqual(
      frame
    )
  }
  expect(() => decodeSyncFrame(new Uint8Array([4, 1]))).toThrow(/kind 4/)
  expect(() => decodeSyncFrame(new Uint8Array(0))).toThrow(/kind undefined/)
})

test('a full list of the longest entries fits a frame', () => {
  const far = Number.MAX_SAFE_INTEGER
  const entry = {
    ...{ by: alice.id, boot, head: new Uint8Array(HEAD_BYTES_MAX) },
    ranges: Array.from({ length: SYNC_RANGES_MAX }, () => ({ from: far - 1, to: far })),
    forks: Array.from({ length: SYNC_RANGES_MAX }, () => far),
    tip: { first: far, digest: new Uint8Array(32) }
  }
  const entries = Array.from({ length: SYNC_ENTRIES_MAX }, () => entry)
  const frame = encodeSyncFrame({ kind: 'answer', answer: { type: 'held', entries } })
  expect(Buffer.concat(frame).length).toBeLessThan(SYNC_FRAME_BYTES_MAX)
})
