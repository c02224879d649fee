import * as fc from 'fast-check'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { TOGETHER_BYTES_MAX, TOGETHER_MAX } from '../../src/protocol/constants.ts'
import type { Identity } from '../../src/protocol/identity.ts'
import { expectCard } from '../../src/protocol/message/card.ts'
import { expectResult } from '../../src/protocol/message/result.ts'
import { expectTask } from '../../src/protocol/message/task.ts'
import { open, peek, seal } from '../../src/protocol/seal.ts'
import type { Sealed, SealedBody } from '../../src/protocol/seal.ts'
import { draft, sealTogether } from '../../src/protocol/seal-together.ts'
import type { Draft } from '../../src/protocol/seal-together.ts'
import { sharesSignature, signedOf, statementOf } from '../../src/protocol/shared-signature.ts'
import { KINDS, leafOf, roomFor } from '../../src/protocol/signable.ts'
import { rootOf } from '../../src/protocol/tree.ts'
import { alice, bob, cardBody, codeOf, mallory, NETWORK, NOW } from './samples.ts'
import { resultBody, taskBody } from './samples.ts'

// The real verification, counted: the only way to see that a known tree spares it.
const verified = vi.hoisted(() => ({ count: 0 }))
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  const verify = (...given: Parameters<typeof crypto.verify>): unknown => {
    verified.count++
    return crypto.verify(...given)
  }
  return { ...crypto, verify }
})
beforeEach(() => {
  verified.count = 0
})
afterAll(() => vi.restoreAllMocks())

/** Where the number of leaves, the place among them and the path are. */
const [SIZE, INDEX, PATH] = [66, 67, 68]
let made = 0

/** A task that nobody has seen before, so that no tree of it is known. */
function freshTask(): Draft<SealedBody> {
  const nonce = new Uint8Array(16)
  new DataView(nonce.buffer).setUint32(0, made++)
  return draft<SealedBody>('task', taskBody({ nonce }))
}

/** Bob's answer to alice. */
const answer = (): Draft<SealedBody> =>
  draft<SealedBody>('result', resultBody({ from: bob.id, to: alice.id }))

const several = (size: number): Draft<SealedBody>[] => Array.from({ length: size }, freshTask)
const bytesOf = (sealed: readonly Sealed<SealedBody>[], at: number): Uint8Array =>
  Uint8Array.from(sealed[at]?.bytes ?? [])

const context = { network: NETWORK, self: alice.id, now: NOW + 300 }
function openTask(bytes: Uint8Array, sender: Identity = bob): string {
  const opened = open(bytes, expectTask({ ...context, sender: sender.id }))
  return opened.ok ? 'taken' : opened.error.code
}

function changed(bytes: Uint8Array, at: number, to: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = to
  return copy
}

test('one body alone is sealed as it always was, byte for byte', () => {
  const [one] = sealTogether([draft('task', taskBody())], bob)
  expect(one?.bytes).toEqual(seal('task', taskBody(), bob).bytes)
  expect(sealTogether([], bob)).toEqual([])
})

test('tasks and results share one signature; each opens alone, and one is verified', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 64 }), (kinds) => {
      let signatures = 0
      const by = { ...bob, sign: (bytes: Uint8Array) => (signatures++, bob.sign(bytes)) }
      const drafts = [freshTask(), ...kinds.slice(1).map((is) => (is ? freshTask() : answer()))]
      const sealed = sealTogether(drafts, by)
      expect(signatures).toBe(1)
      verified.count = 0
      for (const [at, { bytes, digest: id }] of sealed.entries()) {
        const { kind, body } = drafts[at] ?? freshTask()
        const expected = { ...context, sender: bob.id }
        const opened =
          kind === 'task' ? open(bytes, expectTask(expected)) : open(bytes, expectResult(expected))
        if (!opened.ok) throw opened.error
        expect(opened.sealed.body).toEqual(body)
        expect(opened.sealed.digest).toEqual(id)
        expect(id).toEqual(seal(kind, body, bob).digest)
      }
      expect(verified.count).toBe(1)
    }),
    { numRuns: 30 }
  )
})

test.each([2, 3, 5, 8])('of %d that share a signature none opens with any bit flipped', (size) => {
  const sealed = sealTogether(several(size), bob)
  for (const { bytes } of sealed) {
    expect(openTask(bytes)).toBe('taken')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = changed(bytes, bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
      expect(openTask(forged), `bit ${bit}`).not.toBe('taken')
    }
    expect(openTask(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe('MALFORMED')
    for (let length = 0; length < bytes.length; length++) {
      expect(openTask(bytes.subarray(0, length))).not.toBe('taken')
    }
  }
})

test('a place that no leaf of several has is malformed, before anything is verified', () => {
  const bytes = bytesOf(sealTogether(several(3), bob), 0)
  for (const size of [0, 1, TOGETHER_MAX + 1, 128, 255]) {
    expect(openTask(changed(bytes, SIZE, size))).toBe('MALFORMED')
  }
  for (const index of [3, 4, 255]) expect(openTask(changed(bytes, INDEX, index))).toBe('MALFORMED')
  expect(verified.count).toBe(0)
})

test('every other place and size is refused, also where it leads to the same root', () => {
  const sealed = sealTogether(several(4), bob)
  const bytes = bytesOf(sealed, 0)
  // With three leaves the first has a path of two digests as well, and the same root.
  const { body, standing } = peek(changed(bytes, SIZE, 3))
  const leaf = leafOf('task', roomFor(body))
  const whole = { index: 0, size: 4 }
  if (standing === undefined) throw new Error('a shared signature')
  expect(rootOf(leaf, standing, standing.path)).toEqual(rootOf(leaf, whole, standing.path))
  for (let size = 2; size <= TOGETHER_MAX; size++) {
    for (let index = 0; index < size; index++) {
      if (size === 4 && index === 0) continue
      expect(openTask(changed(changed(bytes, SIZE, size), INDEX, index))).not.toBe('taken')
    }
  }
})

test('a path of another leaf, a longer and a shorter one are refused', () => {
  const sealed = sealTogether(several(4), bob)
  const [one, two] = [bytesOf(sealed, 0), bytesOf(sealed, 1)]
  const swapped = Uint8Array.from(one)
  swapped.set(two.subarray(PATH, PATH + 64), PATH)
  expect(openTask(swapped)).toBe('SIGNATURE_INVALID')
  const longer = [one.subarray(0, PATH + 64), new Uint8Array(32), one.subarray(PATH + 64)]
  expect(openTask(Buffer.concat(longer))).toBe('MALFORMED')
  expect(openTask(Buffer.concat([one.subarray(0, PATH + 32), one.subarray(PATH + 64)]))).toBe(
    'MALFORMED'
  )
})

test('a node does not pass as a leaf', () => {
  const sealed = sealTogether(several(4), bob)
  const leaves = sealed.map(({ bytes }) => leafOf('task', roomFor(peek(bytes).body)))
  const [one = new Uint8Array(32), two = new Uint8Array(32)] = leaves
  // The path from the node above the first two: it stands where a leaf of two would.
  const path = bytesOf(sealed, 0).subarray(PATH + 32, PATH + 64)
  const node = Buffer.concat([Buffer.of(1), one, two])
  for (const body of [node, node.subarray(1)]) {
    for (const size of [2, 4]) {
      const header = Buffer.concat([bytesOf(sealed, 0).subarray(0, SIZE), Buffer.of(size, 0)])
      expect(openTask(Buffer.concat([header, path, body]))).toBe('MALFORMED')
      // Nor would it if it were a body: as a leaf it hashes to something else.
      const leaf = leafOf('task', roomFor(body))
      expect(sharesSignature(bob.id, leaf, { index: 0, size, path }, header.subarray(2, 66))).toBe(
        false
      )
    }
  }
})

test('a plain signature never counts as a shared one, nor the other way round', () => {
  const plain = seal('task', taskBody(), bob).bytes
  const body = plain.subarray(66)
  const header = (kind: number, signature: Uint8Array): Uint8Array =>
    Buffer.concat([Buffer.of(1, kind), signature])
  const place = Buffer.concat([Buffer.of(2, 0), new Uint8Array(32)])
  const own = plain.subarray(2, 66)
  expect(openTask(Buffer.concat([header(0x81, own), place, body]))).toBe('SIGNATURE_INVALID')
  const shared = bytesOf(sealTogether(several(2), bob), 0)
  const { signature, body: other } = peek(shared)
  expect(openTask(Buffer.concat([header(0x01, signature), other]))).toBe('SIGNATURE_INVALID')
  // What is signed of a tree is the body of nothing.
  const said = statementOf(2, new Uint8Array(32))
  expect(openTask(Buffer.concat([header(0x01, bob.sign(signedOf(said))), said]))).toBe('MALFORMED')
})

test('a known tree counts for no other agent, and a good signature for no other root', () => {
  const [mine] = sealTogether(
    [draft('task', taskBody({ nonce: new Uint8Array(16) })), freshTask()],
    bob
  )
  expect(openTask(mine?.bytes ?? new Uint8Array())).toBe('taken')
  const drafts = [draft<SealedBody>('task', taskBody({ from: mallory.id })), freshTask()]
  const forged = bytesOf(sealTogether(drafts, bob), 0)
  expect(openTask(forged, mallory)).toBe('SIGNATURE_INVALID')
  const other = bytesOf(sealTogether(several(2), mallory), 0)
  other.set(mine?.bytes.subarray(2, 66) ?? [], 2)
  expect(openTask(other)).toBe('SIGNATURE_INVALID')
})

test('what was refused is looked at again each time', () => {
  const bytes = bytesOf(sealTogether(several(2), mallory), 0)
  expect([openTask(bytes), openTask(bytes)]).toEqual(['SIGNATURE_INVALID', 'SIGNATURE_INVALID'])
  expect(verified.count).toBe(2)
})

test('so many trees are known, and not more', () => {
  const first = sealTogether(several(3), bob)
  expect(openTask(bytesOf(first, 0))).toBe('taken')
  expect(openTask(bytesOf(first, 1))).toBe('taken')
  expect(verified.count).toBe(1)
  for (let n = 0; n < 512; n++) openTask(bytesOf(sealTogether(several(2), bob), 0))
  verified.count = 0
  expect(openTask(bytesOf(first, 2))).toBe('taken')
  expect(verified.count).toBe(1)
})

test('only tasks and results share a signature', () => {
  const card = seal('card', cardBody(), alice).bytes
  const shared = Buffer.concat([
    ...[Buffer.of(1, KINDS.card + 0x80), card.subarray(2, 66)],
    ...[Buffer.of(2, 0), new Uint8Array(32), card.subarray(66)]
  ])
  const opened = open(shared, expectCard({ network: NETWORK, sender: alice.id, now: NOW }))
  expect(opened.ok ? 'taken' : opened.error.code).toBe('WRONG_KIND')
  expect(codeOf(() => peek(shared))).toBe('MALFORMED')
  const task = bytesOf(sealTogether(several(2), bob), 0)
  const asResult = open(task, expectResult({ ...context, sender: bob.id }))
  expect(asResult.ok ? 'taken' : asResult.error.code).toBe('WRONG_KIND')
})

test('whatever stands behind the header, opening does not throw', () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(place, fc.uint8Array({ maxLength: 400 }), ([size, index], rest) => {
      const bytes = Buffer.concat([
        Buffer.of(1, 0x81),
        Buffer.alloc(64),
        Buffer.of(size, index),
        rest
      ])
      expect(openTask(bytes)).toBe('MALFORMED')
      expect([undefined, 'MALFORMED']).toContain(codeOf(() => peek(bytes)))
    }),
    { numRuns: 500 }
  )
})

test('more than fit under one signature are refused; a large body is to be sealed alone', () => {
  expect(codeOf(() => sealTogether(several(TOGETHER_MAX + 1), bob))).toBe('INTERNAL')
  const from = bob.id
  const error = { code: 'INTERNAL', message: 'x'.repeat(TOGETHER_BYTES_MAX) } as const
  expect(draft('result', resultBody({ from, status: 'failed', error })).alone).toBe(true)
  expect(freshTask().alone).toBe(false)
})
