/** Both sides of the protocol over real streams; what only the asker does: `ask-sync.test.ts`. */

import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AnswerSync } from '../../../src/node/trace/answer-sync.ts'
import { askSync } from '../../../src/node/trace/ask-sync.ts'
import { TRACE_SYNC_PROTOCOL } from '../../../src/protocol/constants.ts'
import type { PeerworkError } from '../../../src/protocol/errors.ts'
import type { SyncFrame, SyncQuestion } from '../../../src/protocol/trace-sync.ts'
import { until } from '../../helpers/processes.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import type { RawHost } from '../../helpers/raw-host.ts'

let holder: RawHost
let asker: RawHost
let link: Connection
let answers: AnswerSync
let may: boolean
let named: Set<string>
let elapsed: number
let refused: string[]
let tailed: boolean[]
let serve: (question: SyncQuestion, signal: AbortSignal) => AsyncIterable<SyncFrame>

const END: SyncFrame = { kind: 'answer', answer: { type: 'end', more: false } }
const batch = (bytes: number, fill = 1): SyncFrame => ({
  kind: 'batch',
  bytes: new Uint8Array(bytes).fill(fill)
})

beforeEach(async () => {
  ;[may, elapsed, refused, tailed, named] = [true, 0, [], [], new Set()]
  serve = async function* one() {
    yield batch(3)
    yield END
  }
  ;[holder, asker] = await Promise.all([createRawHost(), createRawHost()])
  answers = new AnswerSync({
    ...{ clock: { elapsed: () => elapsed }, mayObserve: () => may, answerMsMax: 1_000 },
    isNamed: (peer) => named.has(peer),
    serve: (question, signal) => serve(question, signal),
    tails: () => tailed.push(answers.tailed),
    refused: ({ code }) => refused.push(code)
  })
  await holder.host.handle(TRACE_SYNC_PROTOCOL, (stream, connection) => {
    void answers.answer(stream, connection)
  })
  link = await asker.dial(holder.address)
})
afterEach(async () => {
  await Promise.all([holder, asker].map((host) => host[Symbol.asyncDispose]()))
})

const ask = (question: SyncQuestion, signal = new AbortController().signal, msMax = 5_000) =>
  askSync(link, question, { signal, msMax })

async function codeOf(frames: AsyncIterable<SyncFrame>): Promise<string> {
  try {
    for await (const _ of frames);
    return 'ok'
  } catch (error) {
    return (error as PeerworkError).code
  }
}

test('a question is answered with frames, until the holder says that it was all', async () => {
  const got: SyncFrame[] = []
  for await (const frame of ask({ type: 'list' })) got.push(frame)
  expect(got.map(({ kind }) => kind)).toEqual(['batch', 'answer'])
})

test('who may not observe is told so, and gets nothing', async () => {
  may = false
  expect(await codeOf(ask({ type: 'list' }))).toBe('ROLE_MISSING')
  expect(await codeOf(ask({ type: 'tail', keeps: true }))).toBe('ROLE_MISSING')
  expect([refused, tailed]).toEqual([['ROLE_MISSING', 'ROLE_MISSING'], []])
})

test('who asks too often is told to wait, and is answered again afterwards', async () => {
  // A list counts as four questions.
  for (let nth = 0; nth < 16; nth++) expect(await codeOf(ask({ type: 'list' }))).toBe('ok')
  expect(await codeOf(ask({ type: 'list' }))).toBe('BUSY')
  elapsed = 1_000
  expect(await codeOf(ask({ type: 'list' }))).toBe('ok')
})

test('bytes that are no question end the stream', async () => {
  const stream = await link.newStream(TRACE_SYNC_PROTOCOL)
  stream.send(Uint8Array.of(0, 0, 0, 1, 0xff))
  await until('ended', () => stream.status !== 'open')
})

test('a tail counts while it is open, and one peer has one', async () => {
  const signals: AbortSignal[] = []
  serve = async function* endless(_, signal) {
    signals.push(signal)
    yield batch(1)
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    yield END
  }
  const first = ask({ type: 'tail', keeps: false })
  await first.next()
  expect([answers.tailed, tailed]).toEqual([false, [false]])
  const second = ask({ type: 'tail', keeps: true })
  await second.next()
  await until('the first ended', () => signals[0]?.aborted === true)
  expect(answers.tailed).toBe(true)
  await second.return(undefined)
  await until('none is left', () => !answers.tailed && signals[1]?.aborted === true)
})

test('an asker that does not read holds the holder back, which keeps nothing for it', async () => {
  let sent = 0
  serve = async function* much() {
    for (; sent < 600; sent++) yield batch(60_000)
    yield END
  }
  const frames = ask({ type: 'list' }, undefined, 60_000)
  await frames.next()
  await until('it stands still', async () => {
    const before = sent
    await new Promise((resolve) => setTimeout(resolve, 300))
    return sent === before
  })
  expect(sent).toBeLessThan(200)
  let got = 1
  for await (const _ of frames) got++
  expect(got).toBe(601)
})

test('an agent that stops waits for those who tail to get the last', async () => {
  serve = async function* last(_, signal) {
    yield batch(1)
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    yield batch(2)
    yield END
  }
  const frames = ask({ type: 'tail', keeps: true })
  await frames.next()
  const stopped = answers.stop()
  const rest: SyncFrame[] = []
  for await (const frame of frames) rest.push(frame)
  await stopped
  expect(rest.map(({ kind }) => kind)).toEqual(['batch', 'answer'])
  expect(answers.tailed).toBe(false)
})

test('a peer that does not read leaves turns to others, and loses its own', async () => {
  serve = async function* much({ type }) {
    if (type === 'list') for (let nth = 0; nth < 600; nth++) yield batch(60_000)
    yield END
  }
  const unread = Array.from({ length: 4 }, () => ask({ type: 'list' }, undefined, 60_000))
  await Promise.all(unread.map((frames) => frames.next()))
  const trace = new Uint8Array(16)
  expect(await codeOf(ask({ type: 'key', trace }))).toBe('BUSY')
  await using other = await createRawHost()
  const asked = { signal: new AbortController().signal, msMax: 5_000 }
  const theirs = askSync(await other.dial(holder.address), { type: 'key', trace }, asked)
  expect(await codeOf(theirs)).toBe('ok')
  const again = async (): Promise<boolean> => {
    // What is refused is a question too: asked every second, none is one too many.
    elapsed += 1_000
    return (await codeOf(ask({ type: 'key', trace }))) === 'ok'
  }
  await until('its time is up', again, 15_000)
})

/** A batch now and then, as long as anybody wants them. @returns whether it still goes on */
function ticking(bytes = 1): () => boolean {
  let going = 0
  serve = async function* ticks(_, signal) {
    going++
    try {
      while (!signal.aborted) {
        yield batch(bytes)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    } finally {
      going--
    }
  }
  return () => going > 0
}

test('who loses the role while it tails gets nothing more, and no other tail', async () => {
  const going = ticking()
  const frames = ask({ type: 'tail', keeps: true })
  await frames.next()
  may = false
  expect(await codeOf(frames)).toBe('ROLE_MISSING')
  await until('it ended', () => !going() && !answers.tailed)
  expect(await codeOf(ask({ type: 'tail', keeps: true }))).toBe('ROLE_MISSING')
  expect(refused).toEqual(['ROLE_MISSING', 'ROLE_MISSING'])
})

test('who loses the role and reads nothing is cut off as well', async () => {
  const going = ticking(60_000)
  const frames = ask({ type: 'tail', keeps: true })
  await frames.next()
  await new Promise((resolve) => setTimeout(resolve, 500))
  may = false
  await until('it ended', () => !going() && !answers.tailed, 4_000)
  await frames.return(undefined)
})

test('a tail ends with the connection that it goes over', async () => {
  const going = ticking()
  const frames = ask({ type: 'tail', keeps: true })
  await frames.next()
  const ended = codeOf(frames)
  for (const connection of holder.host.getConnections()) {
    connection.abort(new Error('put out'))
  }
  await until('it ended', () => !going() && !answers.tailed)
  expect(await ended).toBe('PEER_LOST')
})

test('of many tails of one peer that reads none, two are served at most', async () => {
  let open = 0
  serve = async function* much() {
    open++
    try {
      for (;;) {
        yield batch(60_000)
        await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      open--
    }
  }
  const unread = []
  for (let nth = 0; nth < 5; nth++) {
    const frames = ask({ type: 'tail', keeps: true }, undefined, 60_000)
    await frames.next()
    unread.push(frames)
  }
  await until('the older ones are cut off', () => open === 2)
  for (const frames of unread) await frames.return(undefined)
  await until('none is left', () => open === 0)
})
