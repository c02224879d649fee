import { expect, test } from 'vitest'
import { Counters } from '../../../src/node/counters.ts'
import type { GaugeName } from '../../../src/node/counters.ts'
import { fail, pass } from '../../../src/node/diagnosis/finding.ts'
import { registerGauges } from '../../../src/node/diagnosis/gauges.ts'
import { STATUS } from '../control-double.ts'

const link = {
  kind: 'relay',
  address: 'x',
  peer: null,
  state: 'down',
  since: 0,
  error: 'y'
} as const

function read(name: GaugeName): Record<string, number> {
  const counters = new Counters()
  const findings = [fail('CLOCK', 'off'), pass('VERSION', 'fine')]
  const status = { ...STATUS, state: 'degraded', peers: 3, findings, links: [link] } as const
  const clocks = [{ peer: 'a', name: null, aheadMs: -1_500 }]
  registerGauges(
    counters,
    () => status,
    () => clocks
  )
  const samples = counters.samples(name)
  return Object.fromEntries(
    samples.map(({ labels, value }) => [Object.values(labels).join(' '), value])
  )
}

test('one state of health is 1, the others 0', () => {
  expect(read('health')).toEqual({ ok: 0, degraded: 1, down: 0 })
})

test('only what is not right is a finding', () => {
  expect(read('findings')).toEqual({ 'CLOCK fail': 1 })
})

test('links are told by kind and state, those that have none at 0', () => {
  expect(read('links')).toMatchObject({ 'relay down': 1, 'relay up': 0, 'bootstrap down': 0 })
})

test('counts, sizes and the clock are numbers', () => {
  expect(read('peers')).toEqual({ '': 3 })
  expect(read('tasks_capacity')).toEqual({ '': STATUS.info.load.capacity })
  expect(read('clock_skew_seconds')).toEqual({ '': 1.5 })
  expect(read('resident_memory_bytes')['']).toBeGreaterThan(1e6)
})

test('before anybody has told its time there is no skew, rather than none at all', () => {
  const counters = new Counters()
  registerGauges(
    counters,
    () => undefined,
    () => []
  )
  expect(counters.samples('clock_skew_seconds')).toEqual([])
  expect(counters.samples('peers')).toEqual([{ labels: {}, value: 0 }])
})
