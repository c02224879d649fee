import { expect, test } from 'vitest'
import { titleOf } from '../../../src/gateway/shares/title.ts'

test('a run is called by its numbers alone', () => {
  const title = (
    agents: number,
    ms: number | null,
    status: 'ok' | 'error' | 'open' | 'canceled'
  ) => {
    const names = Array.from({ length: agents }, () => 'secret')
    return titleOf({
      agents: names,
      startUs: 5e6,
      endUs: ms === null ? null : 5e6 + ms * 1e3,
      status
    })
  }
  expect(title(3, 12_400, 'error')).toBe('A run of 3 agents, 12 s, failed')
  expect(title(1, 350, 'ok')).toBe('A run of 1 agent, 350 ms, ok')
  expect(title(0, null, 'open')).toBe('A run, running')
  expect(title(2, 192_000, 'canceled')).toBe('A run of 2 agents, 3 min 12 s, canceled')
  expect(title(2, 2_345, 'ok')).toBe('A run of 2 agents, 2.3 s, ok')
  expect(title(2, 7_500_000, 'ok')).toBe('A run of 2 agents, 2 h 5 min, ok')
  // Since a clock that stands at 1970.
  expect(title(2, Date.UTC(2026, 10, 21), 'ok')).toBe('A run of 2 agents, ok')
})
