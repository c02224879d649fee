import type { Connection, Stream } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { whenSettled } from '../../../src/node/membership/when-settled.ts'
import { openStreamPair } from '../../helpers/raw-host.ts'

test('in an open network a session is taken at once', () => {
  const accept = (): void => undefined
  expect(whenSettled(undefined, accept)).toBe(accept)
})

test('a session waits, with what was said on it, until it is known who is a member', async () => {
  await using pair = await openStreamPair()
  const settled = Promise.withResolvers<void>()
  const taken: Stream[] = []
  const accept = whenSettled({ settled: () => settled.promise }, (stream) => taken.push(stream))
  accept(pair.far, pair.connection)
  pair.near.send(new Uint8Array(Buffer.from('work')))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(taken).toEqual([])
  settled.resolve()
  await settled.promise
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toEqual([pair.far])
  const heard = await new Promise<string>((resolve) => {
    pair.far.addEventListener('message', ({ data }) =>
      resolve(Buffer.from(data.subarray()).toString())
    )
  })
  expect(heard).toBe('work')
})

test('one that has gone meanwhile is not taken, and one of a settled peer at once', async () => {
  await using pair = await openStreamPair()
  const taken: Connection[] = []
  const wait = Promise.resolve()
  const later = whenSettled({ settled: () => wait }, (_stream, link) => taken.push(link))
  pair.far.abort(new Error('gone'))
  later(pair.far, pair.connection)
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toEqual([])
  whenSettled({ settled: () => undefined }, (_stream, link) => taken.push(link))(
    pair.near,
    pair.connection
  )
  expect(taken).toEqual([pair.connection])
})
