import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createGate } from '../../src/tasks/progress-gate.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the progress gate', () => {
  it('lets the first through at once and later the newest of those that followed', () => {
    const passed: number[] = []
    const gate = createGate<number>(50, (n) => passed.push(n))
    for (const n of [1, 2, 3]) gate.push(n)
    expect(passed).toEqual([1])
    vi.advanceTimersByTime(50)
    expect(passed).toEqual([1, 3])
    vi.advanceTimersByTime(500)
    gate.push(4)
    expect(passed).toEqual([1, 3, 4])
  })

  it('does not keep the last one back', () => {
    const passed: number[] = []
    const gate = createGate<number>(50, (n) => passed.push(n))
    for (const n of [1, 2]) gate.push(n)
    gate.flush()
    gate.flush()
    expect(passed).toEqual([1, 2])
    vi.advanceTimersByTime(500)
    expect(passed).toEqual([1, 2])
  })
})
