import * as fc from 'fast-check'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { decode, digest, encode } from '../../src/protocol/canonical.ts'
import {
  BATCH_BYTES_MAX,
  CARD_BYTES_MAX,
  CLOCK_AHEAD_MS_MAX,
  CLOCK_BEHIND_MS_MAX,
  SEALED_BYTES_MAX,
  TASK_LIFE_MS_MAX
} from '../../src/protocol/constants.ts'
import type { Identity } from '../../src/protocol/identity.ts'
import { expectCard } from '../../src/protocol/message/card.ts'
import { expectResult } from '../../src/protocol/message/result.ts'
import type { Task } from '../../src/protocol/message/task.ts'
import { expectTask } from '../../src/protocol/message/task.ts'
import { checkFresh, open, peek, seal } from '../../src/protocol/seal.ts'
import type { Expectation, Opened, SealedBody } from '../../src/protocol/seal.ts'
import { KINDS } from '../../src/protocol/signable.ts'
import type { Kind } from '../../src/protocol/signable.ts'
import { expectBatch } from '../../src/protocol/trace.ts'
import {
  alice,
  batchBody,
  bob,
  cardBody,
  codeOf,
  mallory,
  NETWORK,
  NOW,
  resultBody,
  taskBody
} from './samples.ts'

// The real verification, counted: the only way to see that a cheaper check spared it.
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

const asExecutor = { network: NETWORK, self: alice.id, sender: bob.id, now: NOW + 100 }
const asRequester = { network: NETWORK, self: bob.id, sender: alice.id, now: NOW + 100 }
const asAnybody = { network: NETWORK, sender: alice.id, now: NOW + 100 }

interface Sample {
  readonly kind: Kind
  readonly body: SealedBody
  readonly by: Identity
  readonly opens: (bytes: Uint8Array) => Opened<SealedBody>
  readonly bytesMax: number
}
const opens =
  <Body extends SealedBody>(expected: Expectation<Body>) =>
  (bytes: Uint8Array): Opened<SealedBody> =>
    open(bytes, expected)
const atBatch = { network: NETWORK, now: NOW + 300 }
const samples: readonly Sample[] = [
  {
    kind: 'task',
    body: taskBody(),
    by: bob,
    opens: opens(expectTask(asExecutor)),
    bytesMax: SEALED_BYTES_MAX
  },
  {
    kind: 'result',
    body: resultBody(),
    by: alice,
    opens: opens(expectResult(asRequester)),
    bytesMax: SEALED_BYTES_MAX
  },
  {
    kind: 'card',
    body: cardBody(),
    by: alice,
    opens: opens(expectCard(asAnybody)),
    bytesMax: CARD_BYTES_MAX
  },
  {
    kind: 'batch',
    body: batchBody(),
    by: alice,
    opens: opens(expectBatch(atBatch)),
    bytesMax: BATCH_BYTES_MAX
  }
]

const codeIn = (opened: Opened<unknown>): string => (opened.ok ? 'taken' : opened.error.code)
const refusalOf = <Body extends SealedBody>(
  bytes: Uint8Array,
  expected: Expectation<Body>
): string => codeIn(open(bytes, expected))

for (const { kind, body, by, opens: door, bytesMax } of samples) {
  const sealed = seal(kind, body, by)

  test(`a sealed ${kind} opens as it was closed, with one verification`, () => {
    const opened = door(sealed.bytes)
    expect(opened.ok && opened.sealed.body).toEqual(body)
    expect(opened.ok && opened.sealed.digest).toEqual(sealed.digest)
    expect(sealed.digest).toEqual(digest(encode(body)))
    expect(verified.count).toBe(1)
  })

  test(`a sealed ${kind} with any one bit flipped is refused`, () => {
    for (let bit = 0; bit < sealed.bytes.length * 8; bit++) {
      const forged = Uint8Array.from(sealed.bytes)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(door(forged).ok, `bit ${bit}`).toBe(false)
    }
  })

  test(`a sealed ${kind} cut at any byte, or longer by one, is refused`, () => {
    for (let length = 0; length < sealed.bytes.length; length++) {
      expect(door(sealed.bytes.subarray(0, length)).ok).toBe(false)
    }
    expect(codeIn(door(Buffer.concat([sealed.bytes, Buffer.alloc(1)])))).toBe('MALFORMED')
  })

  test(`a sealed ${kind} passes as no other kind, not even relabelled`, () => {
    for (const other of samples.filter((sample) => sample.kind !== kind)) {
      expect(codeIn(other.opens(sealed.bytes))).toBe('WRONG_KIND')
      const relabelled = Uint8Array.from(sealed.bytes)
      relabelled[1] = KINDS[other.kind]
      expect(other.opens(relabelled).ok).toBe(false)
    }
  })

  test(`a ${kind} over its size, of another version or signed by another is refused`, () => {
    expect(codeIn(door(new Uint8Array(bytesMax + 1)))).toBe('TOO_LARGE')
    expect(codeIn(door(new Uint8Array(66)))).toBe('MALFORMED')
    const newer = Uint8Array.from(sealed.bytes)
    newer[0] = 2
    expect(codeIn(door(newer))).toBe('UNSUPPORTED_VERSION')
    expect(verified.count).toBe(0)
    expect(codeIn(door(seal(kind, body, mallory).bytes))).toBe('SIGNATURE_INVALID')
    expect(verified.count).toBe(1)
  })

  test(`a ${kind} with a field too many is refused unverified`, () => {
    const more = { ...body, admin: true } as SealedBody
    expect(codeIn(door(seal(kind, more, by).bytes))).toBe('MALFORMED')
    expect(codeIn(door(seal(kind, { ...body, v: 2 }, by).bytes))).toBe('UNSUPPORTED_VERSION')
    expect(verified.count).toBe(0)
  })
}

/** Every fault of a task that a check without a signature finds, in the order of the checks. */
const faults: readonly (readonly [string, Partial<Task>, string])[] = [
  ['of another network', { network: 'elsewhere' }, 'WRONG_NETWORK'],
  ['for another audience', { to: mallory.id }, 'WRONG_AUDIENCE'],
  ['brought by another than its signer', { from: mallory.id }, 'SIGNATURE_INVALID'],
  ['from the future', { issued: NOW + 100 + CLOCK_AHEAD_MS_MAX + 1 }, 'CLOCK_SKEW'],
  ['that has expired', { expires: NOW + 100 }, 'EXPIRED']
]

test.each(faults)(
  'a task %s is refused, and its signature is never looked at',
  (_, change, code) => {
    expect(refusalOf(seal('task', taskBody(change), bob).bytes, expectTask(asExecutor))).toBe(code)
    expect(verified.count).toBe(0)
  }
)

test('of several faults the first in the order of checks is told', () => {
  for (let first = 0; first < faults.length; first++) {
    const later = faults.slice(first).map(([, change]) => change)
    const body = taskBody(Object.assign({}, ...later) as Partial<Task>)
    const expected = { ...expectTask(asExecutor), duplicate: () => true }
    expect(refusalOf(seal('task', body, mallory).bytes, expected)).toBe(faults[first]?.[2])
  }
  expect(verified.count).toBe(0)
})

test('a duplicate is refused unverified, after every other check, and hands its body over', () => {
  const seen: string[] = []
  const expected: Expectation<Task> = {
    ...expectTask(asExecutor),
    duplicate: (body, id) => {
      seen.push(`${body.skill} ${id.length}`)
      return true
    }
  }
  const opened = open(seal('task', taskBody(), bob).bytes, expected)
  expect(opened).toMatchObject({ ok: false, error: { code: 'REPLAYED' }, body: { skill: 'shout' } })
  expect(open(seal('task', taskBody({ expires: NOW }), bob).bytes, expected).ok).toBe(false)
  expect(seen).toEqual(['shout 32'])
  expect(verified.count).toBe(0)
})

test('what is not a duplicate is verified', () => {
  const expected = { ...expectTask(asExecutor), duplicate: () => false }
  expect(open(seal('task', taskBody(), bob).bytes, expected).ok).toBe(true)
  expect(verified.count).toBe(1)
})

test('a task expires by the clock, to the millisecond', () => {
  const { bytes } = seal('task', taskBody({ expires: NOW + 500 }), bob)
  const at = (now: number) => refusalOf(bytes, expectTask({ ...asExecutor, now }))
  expect(at(NOW + 499)).toBe('taken')
  expect(at(NOW + 500)).toBe('EXPIRED')
})

test('a clock may run ahead by its allowance and no more', () => {
  const { bytes } = seal('task', taskBody(), bob)
  const at = (now: number) => refusalOf(bytes, expectTask({ ...asExecutor, now }))
  expect(at(NOW - CLOCK_AHEAD_MS_MAX)).toBe('taken')
  expect(at(NOW - CLOCK_AHEAD_MS_MAX - 1)).toBe('CLOCK_SKEW')
})

test('a task that wants to live longer than the replay table remembers is refused', () => {
  const until = (life: number) => seal('task', taskBody({ expires: NOW + life }), bob).bytes
  expect(refusalOf(until(TASK_LIFE_MS_MAX), expectTask(asExecutor))).toBe('taken')
  expect(refusalOf(until(TASK_LIFE_MS_MAX + 1), expectTask(asExecutor))).toBe('MALFORMED')
})

test('freshness is a check of its own, for what must not be old', () => {
  const body = taskBody()
  expect(codeOf(() => checkFresh(body, NOW + CLOCK_BEHIND_MS_MAX))).toBeUndefined()
  expect(codeOf(() => checkFresh(body, NOW + CLOCK_BEHIND_MS_MAX + 1))).toBe('CLOCK_SKEW')
})

test('a reader that throws something odd refuses, and never throws', () => {
  const { bytes } = seal('task', taskBody(), bob)
  const odd = (thrown: unknown): Expectation<Task> => ({
    ...expectTask(asExecutor),
    check: () => {
      throw thrown
    }
  })
  for (const thrown of [new RangeError('deep'), null, Object.create(null), 'text']) {
    expect(refusalOf(bytes, odd(thrown))).toBe('MALFORMED')
  }
})

test('peek shows kind, signature and body of a seal, and refuses everything else', () => {
  const sealed = seal('card', cardBody(), alice)
  const { kind, signature, body } = peek(sealed.bytes)
  expect(kind).toBe('card')
  expect(signature).toHaveLength(64)
  expect(decode(body)).toEqual(cardBody())
  for (const bytes of [[], [1, 1], [1, 99, ...Array<number>(80).fill(0)]]) {
    expect(codeOf(() => peek(Uint8Array.from(bytes)))).toBe('MALFORMED')
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect([undefined, 'MALFORMED']).toContain(codeOf(() => peek(bytes)))
    })
  )
})
