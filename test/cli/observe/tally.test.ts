import { expect, test } from 'vitest'
import { Tally } from '../../../src/cli/observe/tally.ts'
import { Output } from '../../../src/cli/output.ts'
import type { Holding } from '../../../src/observer/store.ts'
import { until } from '../../helpers/processes.ts'
import { Collector } from '../harness.ts'

/** What takes the line away. */
const CLEARED = '\r\u001b[K'

const holding = (by: string, next: number, held: number): Holding => ({
  ...{ by, boot: '00', held: [{ from: 0, to: held }], duplicates: 0, late: 0 },
  ...{
    refused: {},
    forks: [],
    counters: { by, boot: '00', next, oldest: 0, dropped: 0, issued: 0 }
  }
})

function setup(tty: boolean) {
  const sink = new Collector(tty)
  const state = { holdings: [] as Holding[], traces: 0 }
  const size = () => {
    const { traces } = state
    return { bytes: 1_200_000, spans: 9 * traces, traces, facts: 0, oldestUs: null }
  }
  const store = {
    size: () => Promise.resolve(size()),
    holdings: () => Promise.resolve(state.holdings)
  }
  const tally = new Tally({ store, err: new Output(sink, { NO_COLOR: '1' }), self: 'me' })
  return { tally, sink, state }
}

test('on a terminal one line tells what came, is told anew when it changes, and goes', async () => {
  const { tally, sink, state } = setup(true)
  await until('the beginning', () => sink.text.includes('nothing came in yet'))
  state.holdings = [holding('me', 900, 0), holding('alice', 5, 5), holding('bob', 7, 5)]
  state.traces = 1_200
  await until('a change', () => sink.text.includes('2 missing'))
  expect(sink.text).toContain('2 agents · 1,200 traces · 10,800 spans · 1.2 MB · 2 missing')
  const lines = sink.text.split('\r').length
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  expect(sink.text.split('\r')).toHaveLength(lines)
  tally[Symbol.dispose]()
  expect(sink.text.endsWith(CLEARED)).toBe(true)
  state.traces = 1
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  expect(sink.text.endsWith(CLEARED)).toBe(true)
})

test('elsewhere it shows nothing, and tells when it is asked', async () => {
  const { tally, sink, state } = setup(false)
  state.holdings = [holding('alice', 5, 5)]
  state.traces = 1
  expect(await tally.text()).toBe('1 agent · 1 trace · 9 spans · 1.2 MB · nothing is missing')
  state.holdings = []
  expect(await tally.text()).toMatch(/^1 trace · 9 spans/)
  expect(sink.text).toBe('')
  tally[Symbol.dispose]()
})
