import { expect, test } from 'vitest'
import { Counters, METRICS } from '../../src/node/counters.ts'

test('what has the same labels is counted together, in whatever order they are given', () => {
  const counters = new Counters()
  counters.count('peers_refused', { code: 'BUSY', by: 'us' })
  counters.count('peers_refused', { by: 'us', code: 'BUSY' }, 2)
  counters.count('peers_refused', { code: 'BUSY', by: 'them' })
  expect(counters.samples('peers_refused')).toEqual([
    { labels: { code: 'BUSY', by: 'us' }, value: 3 },
    { labels: { code: 'BUSY', by: 'them' }, value: 1 }
  ])
})

test('a label with endless values does not fill the memory: the rest counts as other', () => {
  const counters = new Counters()
  for (let n = 0; n < 1_000; n++) counters.count('tasks_refused', { code: `CODE_${n}` })
  const samples = counters.samples('tasks_refused')
  expect(samples).toHaveLength(129)
  expect(samples.at(-1)).toEqual({ labels: { code: 'other' }, value: 1_000 - 128 })
  counters.count('tasks_refused', { code: 'CODE_5' })
  expect(counters.samples('tasks_refused')[5]?.value).toBe(2)
})

test('a gauge is read when it is asked for, and the last reader counts', () => {
  const counters = new Counters()
  expect(counters.samples('peers')).toEqual([])
  let peers = 1
  counters.gauge('peers', () => 99)
  counters.gauge('peers', () => peers)
  peers = 7
  expect(counters.samples('peers')).toEqual([{ labels: {}, value: 7 }])
  counters.gauge('health', () => [{ labels: { state: 'ok' }, value: 1 }])
  expect(counters.samples('health')).toEqual([{ labels: { state: 'ok' }, value: 1 }])
})

test('every metric says what it is, in a sentence, under a name that Prometheus takes', () => {
  for (const [name, { help }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^[a-z][a-z_]*[a-z]$/)
    expect(name, 'counters get their _total when they are written').not.toMatch(/_total$/)
    expect(help, name).toMatch(/^[A-Z0-9].{8,}\.$/)
  }
})
