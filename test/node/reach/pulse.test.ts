import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pulse } from '../../../src/node/reach/pulse.ts'

let elapsed: () => number
let pulse: Pulse
let connections: Connection[]
let questions: number

/** How the other end answers: after so long, ms, or not at all. */
function connection(answerMs: number | undefined): Connection & { ended: boolean } {
  const one = {
    status: 'open',
    ended: false,
    rtt: undefined,
    newStream: (_protocol: string, { signal }: { signal: AbortSignal }) => {
      questions++
      const { promise, reject } = Promise.withResolvers<never>()
      const refusal = Object.assign(new Error('no'), { name: 'UnsupportedProtocolError' })
      if (answerMs !== undefined) setTimeout(() => reject(refusal), answerMs)
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      return promise
    },
    abort: () => Object.assign(one, { ended: true, status: 'aborted' })
  }
  return one as never
}

beforeEach(() => {
  vi.useFakeTimers()
  questions = 0
  connections = []
  elapsed = () => performance.now()
  pulse = new Pulse({ clock: { elapsed: () => elapsed() }, connections: () => connections })
  pulse.start()
})
afterEach(() => {
  pulse.stop()
  vi.useRealTimers()
})

test('a connection that answers stays, and its distance is known', async () => {
  const there = connection(30)
  connections = [there]
  await vi.advanceTimersByTimeAsync(60_000)
  expect(there.ended).toBe(false)
  expect(there.rtt).toBe(30)
  expect(questions).toBe(15)
})

test('one that has been silent for eight seconds is ended', async () => {
  const gone = connection(undefined)
  connections = [gone]
  await vi.advanceTimersByTimeAsync(7_900)
  expect(gone.ended).toBe(false)
  await vi.advanceTimersByTimeAsync(200)
  expect(gone.ended).toBe(true)
})

test('where answers take long, silence has to last longer, but not for ever', async () => {
  const slow = connection(3_000.5)
  connections = [slow]
  await vi.advanceTimersByTimeAsync(7_900)
  // Whole numbers: timers and signals take no others.
  expect(pulse.patienceMs).toBe(Math.ceil(4_000 + 4 * (slow.rtt ?? 0)))
  expect(pulse.patienceMs).toBeGreaterThanOrEqual(16_000)
  const gone = connection(undefined)
  connections = [gone]
  await vi.advanceTimersByTimeAsync(16_000)
  expect(gone.ended).toBe(false)
  await vi.advanceTimersByTimeAsync(8_000)
  expect(gone.ended).toBe(true)
})

test('patience shrinks again when answers are quick', async () => {
  connections = [connection(3_000)]
  await vi.advanceTimersByTimeAsync(8_000)
  connections = [connection(1)]
  await vi.advanceTimersByTimeAsync(120_000)
  expect(pulse.patienceMs).toBeLessThan(5_000)
})

test('a process that was held up itself waits once more', async () => {
  const there = connection(undefined)
  connections = [there]
  await vi.advanceTimersByTimeAsync(7_000)
  elapsed = () => performance.now() + 3_000
  await vi.advanceTimersByTimeAsync(2_000)
  expect(there.ended).toBe(false)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(there.ended).toBe(true)
})

test('a connection is asked one thing at a time, and nothing once it is stopped', async () => {
  connections = [connection(undefined)]
  await vi.advanceTimersByTimeAsync(7_900)
  expect(questions).toBe(1)
  pulse.stop()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(questions).toBe(1)
})
