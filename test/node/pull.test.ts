import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { drained } from '../../src/node/drained.ts'
import { pull } from '../../src/node/pull.ts'
import { openStreamPair } from '../helpers/raw-host.ts'

const MIB = 1024 * 1024

test('bytes come in order and the end of the sender is the end', async () => {
  await using pair = await openStreamPair()
  const got = Array.fromAsync(pull(pair.far))
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))
  if (!pair.near.send(sent)) await drained(pair.near)
  await pair.near.close()
  expect(Buffer.concat(await got).equals(sent)).toBe(true)
})

test('a slow reader holds the sender back, with few bytes on their way', async () => {
  await using pair = await openStreamPair()
  const reader = pull(pair.far)
  let sent = 0
  const piece = new Uint8Array(64 * 1024)
  const sending = (async () => {
    for (; sent < 20 * MIB; sent += piece.length) {
      if (!pair.near.send(piece)) await drained(pair.near)
    }
    await pair.near.close()
  })()
  let read = 0
  let ahead = 0
  for await (const bytes of reader) {
    read += bytes.length
    // The first few are read slowly, so that the sender would run far ahead if it could.
    if (read < 2 * MIB) await sleep(20)
    ahead = Math.max(ahead, sent - read)
  }
  await sending
  expect(read).toBe(20 * MIB)
  // A receive window of at most 1 MiB, what the sockets hold, and one piece.
  expect(ahead).toBeLessThan(4 * MIB)
})

test('a sender that aborts is PEER_LOST, after what had arrived', async () => {
  await using pair = await openStreamPair()
  const reader = pull(pair.far)
  const first = reader.next()
  pair.near.send(Uint8Array.of(1, 2, 3))
  expect([...((await first).value ?? [])]).toEqual([1, 2, 3])
  pair.near.abort(new Error('enough'))
  await expect(reader.next()).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('an abort on our side ends the wait', async () => {
  await using pair = await openStreamPair()
  const reader = pull(pair.far)
  const next = reader.next()
  await sleep(10)
  pair.far.abort(new Error('changed my mind'))
  await expect(next).rejects.toThrow(/changed my mind/)
})

test('a stream that broke before anybody read is not taken for an empty one', async () => {
  await using pair = await openStreamPair()
  pair.near.abort(new Error('enough'))
  await sleep(50)
  await expect(Array.fromAsync(pull(pair.far))).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('a stream that had ended before anybody read is empty', async () => {
  await using pair = await openStreamPair()
  await pair.near.close()
  await sleep(50)
  expect(await Array.fromAsync(pull(pair.far))).toEqual([])
})

test('whoever stops reading leaves no listeners on the stream', async () => {
  await using pair = await openStreamPair()
  const count = (): number => {
    const stream = pair.far as unknown as { listenerCount(type: string): number }
    return stream.listenerCount('message') + stream.listenerCount('end')
  }
  const before = count()
  const reader = pull(pair.far)
  const first = reader.next()
  pair.near.send(Uint8Array.of(1))
  await first
  expect(count()).toBeGreaterThan(before)
  await reader.return()
  expect(count()).toBe(before)
  expect(pair.far.status).toBe('open')
})
