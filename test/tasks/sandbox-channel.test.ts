import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeerworkError } from '../../src/protocol/errors.ts'
import { HEADER_BYTES_MAX } from '../../src/tasks/limits.ts'
import { Channel } from '../../src/tasks/sandbox-channel.ts'

interface Word {
  readonly type: string
  readonly n: number
}

let near: Socket
let far: Socket
beforeEach(async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  near = connect(server.address() as { port: number })
  ;[far] = (await accepted) as [Socket]
  server.close()
})
afterEach(() => {
  near.destroy()
  far.destroy()
})

function listen(socket: Socket): { words: Word[]; payloads: string[]; broken: string[] } {
  const heard = { words: [] as Word[], payloads: [] as string[], broken: [] as string[] }
  const channel = new Channel<Word, Word>(socket, {
    read: (header) => JSON.parse(Buffer.from(header).toString()) as Word,
    onMessage(message, payload) {
      heard.words.push(message)
      heard.payloads.push(Buffer.from(payload).toString())
    },
    onBroken: (error) => void heard.broken.push(error.code)
  })
  expect(channel).toBeDefined()
  return heard
}

const quiet = {
  read: () => ({ type: '', n: 0 }),
  onMessage: () => undefined,
  onBroken: () => undefined
}

describe('a channel', () => {
  it('carries headers and raw payloads in order, small and large', async () => {
    const heard = listen(far)
    const channel = new Channel<Word, Word>(near, quiet)
    const large = 'z'.repeat(3_000_000)
    channel.send({ type: 'a', n: 1 })
    channel.send({ type: 'b', n: 2 }, Buffer.from('{"raw":1}'))
    channel.send({ type: 'c', n: 3 }, Buffer.from(large))
    await expect.poll(() => heard.words).toHaveLength(3)
    expect(heard.words.map(({ type }) => type)).toEqual(['a', 'b', 'c'])
    expect(heard.payloads[1]).toBe('{"raw":1}')
    expect(heard.payloads[2] === large).toBe(true)
  })

  it.each([
    ['a length over the cap', [0xffffffff, 4], 'TOO_LARGE'],
    ['a header longer than the message', [8, 100], 'MALFORMED'],
    ['a header over its cap', [HEADER_BYTES_MAX + 8, HEADER_BYTES_MAX + 1], 'MALFORMED'],
    ['a header that is no JSON', [8, 4, 0x7b7b7b7b], 'MALFORMED'],
    ['a message too short for a header', [2, 0], 'MALFORMED']
  ])('breaks on %s and reads nothing more', async (_what, words, code) => {
    const heard = listen(far)
    const bytes = Buffer.alloc(Math.max(12, Math.min((words[0] ?? 0) + 4, HEADER_BYTES_MAX + 12)))
    words.forEach((word, at) => bytes.writeUInt32BE(word, at * 4))
    near.write(bytes)
    await expect.poll(() => heard.broken).toEqual([code])
    new Channel<Word, Word>(near, quiet).send({ type: 'late', n: 1 })
    near.end()
    await once(far, 'close')
    expect(heard.words).toEqual([])
  })

  it('breaks when the other end does not read, and keeps no more for it', () => {
    const broken: string[] = []
    const onBroken = (error: PeerworkError): void => void broken.push(error.code)
    const unreadBytesMax = 1_000_000
    const channel = new Channel<Word, Word>(near, { ...quiet, unreadBytesMax, onBroken })
    for (let n = 0; n < 200; n++) channel.send({ type: 'a', n }, Buffer.alloc(100_000))
    expect(broken).toEqual(['TOO_LARGE'])
    expect(near.writableLength).toBeLessThan(2 * unreadBytesMax)
  })

  it('says nothing to an end that is gone', async () => {
    const channel = new Channel<Word, Word>(near, quiet)
    channel.close()
    channel.send({ type: 'a', n: 1 })
    await once(far.resume(), 'close')
  })
})
