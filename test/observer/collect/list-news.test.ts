import { expect, test } from 'vitest'
import { KnownLogs } from '../../../src/observer/collect/known-logs.ts'
import { lackedOf, lostIn } from '../../../src/observer/collect/list-news.ts'

const name = { by: 'a', boot: '01' }
const listed = (...ranges: { from: number; to: number }[]) => ({ ...name, ranges, forks: [] })

function setup() {
  const logs = new KnownLogs({ elapsed: () => 0 })
  return { logs, log: logs.meet(name)! }
}

test('only what is not held is remembered of a list', () => {
  const { logs, log } = setup()
  log.hold([{ from: 0, to: 10 }])
  expect(lackedOf([listed({ from: 0, to: 10 })], logs)).toEqual([])
  const ranges = [{ from: 10, to: 20 }]
  expect(lackedOf([listed({ from: 5, to: 20 })], logs)).toMatchObject([{ ranges }])
})

test('a hole in what a producer itself lists is lost; what another lists says nothing', () => {
  const { logs, log } = setup()
  const list = [listed({ from: 0, to: 5 }, { from: 8, to: 10 })]
  expect(lostIn(list, 'b', logs)).toEqual([])
  expect(lostIn(list, 'a', logs)).toEqual([log])
  expect(log.gone).toEqual([{ from: 5, to: 8 }])
  expect(lostIn(list, 'a', logs)).toEqual([])
})
