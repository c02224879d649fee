import { expect, test } from 'vitest'
import { Broadcast } from '../../src/node/broadcast.ts'

test('every reader gets every event from its call on, in order', async () => {
  const events = new Broadcast<number>()
  const [one, two] = [events.read(), events.read({ first: [-1] })]
  events.send(1)
  events.send(2)
  expect([(await one.next()).value, (await one.next()).value]).toEqual([1, 2])
  expect((await two.next()).value).toBe(-1)
  expect((await two.next()).value).toBe(1)
})

test('a reader waits for what is to come', async () => {
  const events = new Broadcast<string>()
  const next = events.read().next()
  events.send('now')
  expect((await next).value).toBe('now')
})

test('a signal ends readers that wait, have not begun, or come late', async () => {
  const events = new Broadcast<number>()
  const stop = new AbortController()
  const { signal } = stop
  const waiting = events.read({ signal })
  const next = waiting.next()
  const idle = events.read({ signal })
  expect(events.readers).toBe(2)
  stop.abort()
  expect((await next).done).toBe(true)
  expect(events.readers).toBe(0)
  expect((await idle.next()).done).toBe(true)
  expect((await events.read({ signal }).next()).done).toBe(true)
  expect(events.readers).toBe(0)
})

test('a reader that leaves its loop is forgotten', async () => {
  const events = new Broadcast<number>()
  const reader = events.read()
  events.send(1)
  for await (const event of reader) if (event === 1) break
  expect(events.readers).toBe(0)
})

test('a reader that falls behind loses its oldest events and is told how many', async () => {
  const events = new Broadcast<number>()
  let lost = 0
  const slow = events.read({ lost: (count) => void (lost += count) })
  for (let n = 0; n < 25_000; n++) events.send(n)
  const first = (await slow.next()).value
  expect(lost).toBeGreaterThanOrEqual(15_000)
  expect(first).toBe(lost)
  let last = first
  for (let n = lost + 1; n < 25_000; n++) last = (await slow.next()).value
  expect(last).toBe(24_999)
})

test('a listener hears at once, until it stops', () => {
  const events = new Broadcast<number>()
  const heard: number[] = []
  const stop = events.listen((event) => heard.push(event))
  events.send(1)
  stop()
  events.send(2)
  expect(heard).toEqual([1])
})

test('of several events with one key, only the newest waits, in its own place', async () => {
  const events = new Broadcast<{ key?: string; n: number }>({ key: ({ key }) => key })
  const slow = events.read()
  const sent = [{ key: 'a', n: 1 }, { n: 2 }, { key: 'b', n: 3 }, { key: 'a', n: 4 }, { n: 5 }]
  for (const event of sent) events.send(event)
  const seen = []
  for (let at = 0; at < 4; at++) seen.push((await slow.next()).value?.n)
  expect(seen).toEqual([2, 3, 4, 5])
  events.send({ key: 'a', n: 6 })
  expect((await slow.next()).value?.n).toBe(6)
})

test('what waits for one reader is bounded by its weight, whatever the count', async () => {
  const MIB = 1024 * 1024
  const events = new Broadcast<{ n: number }>({ weight: () => MIB })
  let lost = 0
  const slow = events.read({ lost: (count) => void (lost += count) })
  for (let n = 0; n < 20; n++) events.send({ n })
  expect(lost).toBe(16)
  expect((await slow.next()).value).toEqual({ n: 16 })
  // What was taken out weighs nothing any more.
  events.send({ n: 20 })
  expect(lost).toBe(16)
})
