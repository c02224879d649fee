import { expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { sealRequest, toRequest } from '../../src/node/request.ts'
import { Sealer } from '../../src/node/sealer.ts'
import { digest } from '../../src/protocol/canonical.ts'
import { expectTask } from '../../src/protocol/message/task.ts'
import { open } from '../../src/protocol/seal.ts'
import { alice, bob } from '../protocol/samples.ts'

const clock = systemClock
const sealer = new Sealer({ identity: bob, open: () => 1, elapsed: clock.elapsed })
const by = { identity: bob, sealer, network: 'home', clock }
const make = (options: Parameters<typeof toRequest>[1] = {}, input: unknown = { a: 1 }) =>
  toRequest({ skill: 'shout', input }, options, clock)

test('a request has a fresh id and trace, a minute, and four hands to pass through', () => {
  const [one, two] = [make(), make()]
  expect(one.id).toMatch(/^[0-9a-f]{32}$/)
  expect([one.id, one.trace, one.span]).not.toEqual([two.id, two.trace, two.span])
  expect(one).toMatchObject({ budget: { wallMs: 60_000, depth: 4 }, waitMs: 10_000 })
})

test('the search for a peer ends at the deadline', () => {
  expect(make({ deadline: '2s' }).waitMs).toBe(2_000)
  expect(make({ deadline: '20s', wait: '30s' }).waitMs).toBe(20_000)
  expect(make({ deadline: '20s', wait: '3s' }).waitMs).toBe(3_000)
})

test('a traceparent is continued, not replaced', () => {
  const request = make({ traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` })
  expect(request).toMatchObject({ trace: 'ab'.repeat(16), parentSpan: 'cd'.repeat(8) })
  expect(request.span).not.toBe('cd'.repeat(8))
})

test.for([
  ['a value that is no JSON', {}, () => 1, 'INPUT_INVALID'],
  ['an input over 16 MiB', {}, 'x'.repeat(17 * 1024 * 1024), 'INPUT_TOO_LARGE'],
  ['a state over its cap', { state: { x: 'x'.repeat(1_000_000) } }, 1, 'INPUT_TOO_LARGE'],
  ['a deadline of more than a day', { deadline: '25h' }, 1, 'BAD_OPTION'],
  ['a deadline that is none', { deadline: 'soon' }, 1, 'BAD_OPTION'],
  ['a wait that is none', { wait: -1 }, 1, 'BAD_OPTION'],
  ['a priority that is none', { priority: 'urgent' as 'high' }, 1, 'BAD_OPTION']
] as const)('%s is refused', ([, options, input, code]) => {
  expect(() => make(options, input)).toThrow(expect.objectContaining({ code }))
})

test('nobody is given more hands to pass through than the protocol allows', () => {
  expect(make({ budget: { depth: 99 } }).budget.depth).toBe(16)
})

test('the sealed task says all of it, to one executor, for a bounded time', async () => {
  const request = make({ deadline: '5s', idempotencyKey: 'k', budget: { tokens: 7 } })
  const { bytes } = await sealRequest(request, alice.id, by)
  const context = { network: 'home', self: alice.id, sender: bob.id, now: Date.now() }
  const opened = open(bytes, expectTask(context))
  if (!opened.ok) throw opened.error
  const { body } = opened.sealed
  expect(Buffer.from(body.id).toString('hex')).toBe(request.id)
  expect(body).toMatchObject({
    ...{ skill: 'shout', key: 'k', budget: { wallMs: 5_000, tokens: 7, depth: 4 } },
    ...{ input: { digest: digest(Buffer.from('{"a":1}')), bytes: 7 } },
    trace: `00-${request.trace}-${request.span}-01`
  })
  expect(body.expires - body.issued).toBe(125_000)
  const again = await sealRequest(request, alice.id, by)
  expect(again.body.nonce).not.toEqual(body.nonce)
})

test('only a priority that is not the usual one is said', async () => {
  const sealed = async (options: Parameters<typeof make>[0]) => {
    return (await sealRequest(make(options), alice.id, by)).body
  }
  expect((await sealed({ priority: 'low' })).priority).toBe('low')
  expect('priority' in (await sealed({ priority: 'normal' }))).toBe(false)
})
