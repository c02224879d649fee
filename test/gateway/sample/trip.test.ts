import { expect, test } from 'vitest'
import { planTrip } from '../../../src/gateway/sample/trip.ts'
import { diffTraces } from '../../../src/observer/query/diff.ts'
import { stateHistory } from '../../../src/observer/query/state-history.ts'
import type { StoredSpan } from '../../../src/observer/store.ts'

const trip = { trace: 'a'.repeat(32), beginMs: 1e12, city: 'Lisbon', pace: 1 }
const spansOf = (fails: boolean) => planTrip({ ...trip, fails }).spans as StoredSpan[]

test('a trip that goes well has no error, and every step lies within the one above it', () => {
  const spans = spansOf(false)
  expect(spans.filter(({ status }) => status === 'error')).toEqual([])
  for (const { parent, name, startUs = 0, endUs = 0 } of spans) {
    const above = spans.find(({ span }) => span === parent) ?? spans[0]
    expect([name, startUs >= (above?.startUs ?? 0), endUs <= (above?.endUs ?? 0)]).toEqual([
      ...[name, true, true]
    ])
    expect([name, endUs > startUs]).toEqual([name, true])
  }
})

test('what differs in the one that fails leads to the booking, and to the slow search', () => {
  const { divergence, differences } = diffTraces(spansOf(false), spansOf(true))
  expect(divergence?.path).toContain('flights.book')
  expect(divergence?.after).toBe('error: FARE_EXPIRED')
  const slower = differences.filter(({ what }) => what === 'slower').map(({ path }) => path)
  expect(slower.some((path) => path.endsWith('fares.search'))).toBe(true)
})

test('its one failing handoff says the cause, and a guard warned of it before', () => {
  const scene = planTrip({ ...trip, fails: true })
  const failed = scene.handoffs.filter(({ status, side }) => status === 'error' && side === 'giver')
  expect(failed).toHaveLength(1)
  expect(failed[0]?.error?.message).toContain('was valid for 30 s')
  const guard = scene.facts.find(({ type }) => type === 'guard.tripped')
  expect(guard?.body).toMatchObject({ action: 'warned', guard: 'duration' })
  expect(guard?.atUs).toBeLessThan(failed[0]?.endedUs ?? 0)
})

test('planner and researcher change the budget at once', () => {
  const scene = planTrip({ ...trip, fails: true })
  const history = stateHistory(scene.facts, scene.spans as StoredSpan[])
  const budget = history.find(({ key }) => key === 'budget')
  const both = budget?.changes.filter(({ conflicts }) => conflicts.length > 0)
  expect(both?.map(({ author }) => author).toSorted()).toEqual(['planner', 'researcher'])
})
