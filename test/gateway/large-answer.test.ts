import { expect, test } from 'vitest'
import { largeAnswer } from '../../src/gateway/large-answer.ts'
import type { Turn } from '../../src/gateway/turns.ts'

const LARGE = JSON.stringify('ü'.repeat(500_000))

function turnOf() {
  const seen = { bytes: 0, ended: 0 }
  const turn: Turn = {
    answered: (bytes) => void (seen.bytes = bytes),
    [Symbol.dispose]: () => void seen.ended++
  }
  return { seen, turn }
}
const { signal } = new AbortController()

test('a small answer ends its turn at once, a large one when it was read', async () => {
  const small = turnOf()
  expect(await largeAnswer('{}\n', small.turn, signal).text()).toBe('{}\n')
  expect(small.seen).toEqual({ bytes: 0, ended: 1 })
  const large = turnOf()
  const answer = largeAnswer(LARGE, large.turn, signal)
  expect(large.seen).toEqual({ bytes: Buffer.byteLength(LARGE), ended: 0 })
  expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(LARGE)))
  expect(await answer.text()).toBe(LARGE)
  expect(large.seen.ended).toBe(1)
})

test('who goes, or does not read it, ends it as well', async () => {
  const gone = turnOf()
  const leave = new AbortController()
  const answer = largeAnswer(LARGE, gone.turn, leave.signal)
  leave.abort()
  expect(gone.seen.ended).toBe(1)
  await expect(answer.text()).rejects.toThrow('not read in time')
  const late = turnOf()
  const slow = largeAnswer(LARGE, late.turn, signal, 5)
  await expect.poll(() => late.seen.ended).toBe(1)
  await expect(slow.text()).rejects.toThrow('not read in time')
  const canceled = turnOf()
  await largeAnswer(LARGE, canceled.turn, signal).body?.cancel()
  expect(canceled.seen.ended).toBe(1)
})
