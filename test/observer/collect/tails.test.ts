import { expect, test } from 'vitest'
import { createLogs } from '../../../src/node/logger.ts'
import { Tails } from '../../../src/observer/collect/tails.ts'
import type { TraceNews } from '../../../src/node/trace/api.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { until } from '../../helpers/processes.ts'
import { chain } from '../../node/trace/samples.ts'
import { opened } from './hub.ts'

const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')

function setup(fails?: () => PeerworkError | undefined) {
  const [asked, took, began]: [unknown[], string[], string[]] = [[], [], []]
  const ends = new Map<string, () => void>()
  const tails = new Tails({
    ...{ log, clock: { chance: () => 0 }, placeOf: () => ({ boot: '01', next: 7 }) },
    traces: {
      async *tail(holder, { from, keeps, signal }) {
        asked.push([holder, from?.next, keeps])
        const error = fails?.()
        if (error !== undefined) throw error
        yield opened(chain().next(1).bytes)
        await new Promise<void>((resolve) => {
          ends.set(holder, resolve)
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    },
    take: (news: TraceNews, holder) => Promise.resolve(took.push(`${holder} ${news.kind}`) > 0),
    began: (holder) => began.push(holder)
  })
  return { tails, asked, took, began, ends }
}

test('everybody who is there is tailed from where their log is held up to', async () => {
  const { tails, asked, took, began } = setup()
  tails.follow(['alice', 'bob'])
  await until('both', () => took.length === 2)
  expect(asked).toEqual([
    ['alice', 7, true],
    ['bob', 7, true]
  ])
  expect([tails.open(), began]).toEqual([
    ['alice', 'bob'],
    ['alice', 'bob']
  ])
  tails.follow(['bob'])
  expect(tails.open()).toEqual(['bob'])
  await tails.stop()
  expect(tails.open()).toEqual([])
})

test('a tail that ends is opened again soon', async () => {
  const { tails, asked, ends } = setup()
  tails.follow(['alice'])
  await until('open', () => ends.has('alice'))
  ends.get('alice')?.()
  await until('again', () => asked.length === 2)
  await tails.stop()
})

test('whoever fails is tried again after longer and longer waits', async () => {
  const { tails, asked } = setup(() => new PeerworkError('PEER_LOST', 'gone'))
  tails.follow(['alice'])
  await until('a third time', () => asked.length === 3)
  await tails.stop()
  const forbidden = setup(() => new PeerworkError('ROLE_MISSING', 'no'))
  forbidden.tails.follow(['alice'])
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(forbidden.asked).toHaveLength(1)
  await forbidden.tails.stop()
})
