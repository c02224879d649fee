import { expect, test } from 'vitest'
import { ContentKeys, FRESH_MS } from '../../src/observer/content-keys.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import { ALICE, BOB, TRACE } from '../node/control-double.ts'

const KEY = new Uint8Array(32).fill(7)
const signal = new AbortController().signal
const trace = (n: number): string => n.toString(16).padStart(32, '0')

/** Producers that answer when, and what, the test says. */
function open(answer: () => Promise<Uint8Array> = () => Promise.resolve(KEY.slice())) {
  const it = { now: 0, asked: [] as string[], kept: [] as readonly string[], answer }
  const contentKey = (by: string, of: string): Promise<Uint8Array> => {
    it.asked.push(`${by}/${of}`)
    return it.answer()
  }
  const init = { elapsed: () => it.now, keep: (all: readonly string[]) => void (it.kept = all) }
  const keys = new ContentKeys({ ...init, door: { contentKey } })
  const codeOf = (of = TRACE, by = ALICE): Promise<unknown> =>
    keys.keyOf(by, of, signal).then(
      () => 'key',
      (error: unknown) => (error as PeerworkError).code
    )
  return { it, keys, codeOf }
}

const refusing = (code: ErrorCode) => () => Promise.reject(new PeerworkError(code, 'no'))

test('readers at once share a question, and who leaves takes it from nobody', async () => {
  const gate = Promise.withResolvers<Uint8Array>()
  const { it, keys } = open(() => gate.promise)
  const leave = new AbortController()
  const leaver = keys.keyOf(ALICE, TRACE, leave.signal)
  const readers = [keys.keyOf(ALICE, TRACE, signal), keys.keyOf(ALICE, TRACE, signal)]
  leave.abort()
  await expect(leaver).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  gate.resolve(KEY.slice())
  expect(await Promise.all(readers)).toEqual([KEY, KEY])
  expect(it.asked).toEqual([`${ALICE}/${TRACE}`])
})

test('who is gone already asks nobody', async () => {
  const { it, keys } = open()
  const late = keys.keyOf(ALICE, TRACE, AbortSignal.abort())
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  expect(it.asked).toEqual([])
})

test('an answer counts for some seconds; then a dropped key is gone here too', async () => {
  const { it, codeOf } = open()
  expect(await codeOf()).toBe('key')
  it.answer = refusing('CONTENT_GONE')
  it.now += FRESH_MS - 1
  expect(await codeOf()).toBe('key')
  it.now++
  expect(await codeOf()).toBe('CONTENT_GONE')
  it.answer = refusing('PEER_LOST')
  it.now += FRESH_MS
  expect(await codeOf()).toBe('CONTENT_GONE')
  expect(it.asked).toHaveLength(3)
})

test('a producer that is away is left alone for some seconds, whatever is asked', async () => {
  for (const code of ['PEER_LOST', 'DEADLINE_EXCEEDED', 'BUSY', 'INTERNAL'] as const) {
    const { it, codeOf } = open(refusing(code))
    for (let n = 0; n < 20; n++) expect(await codeOf(trace(n))).toBe(code)
    expect(it.asked).toHaveLength(1)
    expect(await codeOf(TRACE, BOB)).toBe(code)
    expect(it.asked).toHaveLength(2)
    it.now += FRESH_MS
    it.answer = () => Promise.resolve(KEY.slice())
    expect(await codeOf()).toBe('key')
  }
})

test('what was read before is read on while its producer is away', async () => {
  const { it, codeOf } = open()
  expect(await codeOf()).toBe('key')
  it.now += FRESH_MS
  it.answer = refusing('PEER_LOST')
  expect(await codeOf()).toBe('key')
  expect(await codeOf(trace(1))).toBe('PEER_LOST')
  expect(it.asked).toHaveLength(2)
})

test('a key that is not for us is refused, and not asked for with each reading', async () => {
  const { it, codeOf } = open(refusing('ROLE_MISSING'))
  expect([await codeOf(), await codeOf()]).toEqual(['ROLE_MISSING', 'ROLE_MISSING'])
  expect(it.asked).toHaveLength(1)
  expect(await codeOf(trace(1))).toBe('ROLE_MISSING')
  expect(it.asked).toHaveLength(2)
})

test('a silent producer holds up four questions, all together thirty-two', async () => {
  const { it, keys, codeOf } = open(() => new Promise(() => undefined))
  const leave = new AbortController()
  const waiting = Array.from({ length: 4 }, (_, n) => keys.keyOf(ALICE, trace(n), leave.signal))
  expect(await codeOf(trace(9))).toBe('BUSY')
  for (let n = 0; n < 28; n++) waiting.push(keys.keyOf(`peer ${n}`, TRACE, leave.signal))
  expect(await codeOf(TRACE, BOB)).toBe('BUSY')
  expect(it.asked).toHaveLength(32)
  leave.abort()
  const ended = await Promise.allSettled(waiting)
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
})

test('what is dropped here is asked for no more, also not by a question under way', async () => {
  const gate = Promise.withResolvers<Uint8Array>()
  const { it, keys, codeOf } = open(() => gate.promise)
  const waiting = codeOf()
  keys.forget(TRACE)
  gate.resolve(KEY.slice())
  expect(await waiting).toBe('CONTENT_GONE')
  expect(await codeOf()).toBe('CONTENT_GONE')
  expect(await codeOf(TRACE, BOB)).toBe('CONTENT_GONE')
  expect(await codeOf(trace(1))).toBe('key')
  expect(it.kept).toEqual([TRACE])
  keys.forget(trace(1))
  expect(await codeOf(trace(1))).toBe('CONTENT_GONE')
  expect(it.kept).toEqual([TRACE, trace(1)])
  expect(it.asked).toHaveLength(2)
})

test('without a network every producer is away', async () => {
  const keys = new ContentKeys({ elapsed: () => 0 })
  await expect(keys.keyOf(ALICE, TRACE, signal)).rejects.toMatchObject({ code: 'PEER_LOST' })
  keys.join({ contentKey: () => Promise.resolve(KEY.slice()) })
  expect(await keys.keyOf(BOB, TRACE, signal)).toEqual(KEY)
})
