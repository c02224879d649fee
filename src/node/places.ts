/**
 * Places on a connection: how many bulk streams of ours may be open on it at once.
 *
 * libp2p refuses the stream after the last place instead of letting it wait, so whoever works on
 * many large tasks at once waits here for a place.
 */

import type { Connection, Stream } from '@libp2p/interface'

/** Streams one side opens at once, count: what libp2p allows one protocol on one connection. */
export const PLACES_MAX = 64

interface Room {
  taken: number
  readonly waiting: (() => void)[]
}

const rooms = new WeakMap<Connection, Room>()

/**
 * Open a stream as soon as there is a place; the place is free again when the stream has closed.
 *
 * @throws whatever `open` throws, and the reason of `signal`
 */
export async function takePlace(
  connection: Connection,
  signal: AbortSignal,
  open: () => Promise<Stream>
): Promise<Stream> {
  const room = rooms.get(connection) ?? { taken: 0, waiting: [] }
  rooms.set(connection, room)
  while (room.taken >= PLACES_MAX) await nextPlace(room, signal)
  signal.throwIfAborted()
  room.taken++
  try {
    const stream = await open()
    if (stream.status === 'open')
      stream.addEventListener('close', () => leave(room), { once: true })
    else leave(room)
    return stream
  } catch (error) {
    leave(room)
    throw error
  }
}

function leave(room: Room): void {
  room.taken--
  room.waiting.shift()?.()
}

async function nextPlace(room: Room, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => reject(signal.reason as Error)
  room.waiting.push(resolve)
  signal.addEventListener('abort', onAbort)
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
    const at = room.waiting.indexOf(resolve)
    if (at >= 0) room.waiting.splice(at, 1)
  }
}
