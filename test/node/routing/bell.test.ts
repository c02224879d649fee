import { expect, test } from 'vitest'
import type { PeerEvent } from '../../../src/node/api.ts'
import { Broadcast } from '../../../src/node/broadcast.ts'
import { Bell } from '../../../src/node/routing/bell.ts'

const joined = { type: 'joined', peer: { id: 'a' } } as PeerEvent
const LONG_MS = 60_000

test('a wait ends with the bell, with its time, or with an answer', async () => {
  const events = new Broadcast<PeerEvent>()
  using bell = new Bell(events, ({ peer }) => peer.id === 'a', new AbortController().signal)
  const rung = bell.wait(LONG_MS)
  events.send(joined)
  expect(await rung).toBeUndefined()
  expect(await bell.wait(1)).toBeUndefined()
  expect(await bell.wait(LONG_MS, Promise.resolve('answer'))).toBe('answer')
})

test('it rings for nobody else, and whoever cancels ends the wait with the reason', async () => {
  const events = new Broadcast<PeerEvent>()
  const stop = new AbortController()
  using bell = new Bell(events, ({ peer }) => peer.id === 'b', stop.signal)
  const waiting = bell.wait(LONG_MS)
  events.send(joined)
  const reason = new Error('enough')
  stop.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  await expect(bell.wait(1)).rejects.toBe(reason)
})
