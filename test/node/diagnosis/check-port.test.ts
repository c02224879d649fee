import { expect, test } from 'vitest'
import { checkListening, checkReachable } from '../../../src/node/diagnosis/check-port.ts'
import type { Look } from '../../../src/node/diagnosis/check-port.ts'

const own = (state: 'open' | 'closed' | 'silent' | undefined, host = '127.0.0.1') => {
  return { host, port: 4001, state }
}

test('an agent that listens nowhere fails; one that nobody has looked at passes', () => {
  expect(checkListening([]).level).toBe('fail')
  expect(checkListening([], false).level).toBe('pass')
  expect(checkListening([own(undefined)])).toMatchObject({ level: 'pass', why: '127.0.0.1:4001' })
})

test('a port that does not answer from inside is told with what was found there', () => {
  expect(checkListening([own('silent')])).toMatchObject({
    level: 'fail',
    why: like(/does not answer/)
  })
  const found = checkListening([own('open'), own('closed', '10.0.0.1')])
  expect(found).toMatchObject({ level: 'warn', why: like(/^10\.0\.0\.1:4001 is closed/) })
})

const look = (from: string, state: 'open' | 'closed' | 'silent', peer = 'bob'): Look => {
  return { peer, port: 4001, seen: { state, from } }
}

test('who looked from where is said', () => {
  expect(checkReachable([look('/ip4/10.0.0.9', 'open')])).toMatchObject({
    level: 'pass',
    why: 'port 4001 answers from the local network (bob looked at /ip4/10.0.0.9)'
  })
})

test('whoever looks from farther away counts more, and one that came through beats one not', () => {
  const near = look('/ip4/10.0.0.9', 'open')
  expect(checkReachable([near, look('/ip4/8.8.8.8', 'silent')])).toMatchObject({
    level: 'warn',
    why: like(/^port 4001 does not answer.* from the internet/)
  })
  const two = [look('/ip4/8.8.8.8', 'silent'), look('/ip4/8.8.8.8', 'open', 'carol')]
  expect(checkReachable(two)).toMatchObject({ level: 'pass', facts: { peer: 'carol' } })
})

test('behind a router it is well as long as a relay lets others through', () => {
  const closed = [look('/ip4/8.8.8.8', 'silent')]
  expect(checkReachable(closed, true)).toMatchObject({
    level: 'pass',
    why: like(/does not answer.*; others come through a relay$/)
  })
})

test('without an answer it is not known, and the reason is told', () => {
  expect(checkReachable([])).toMatchObject({ level: 'warn', why: like(/no peer/) })
  const refused = { peer: 'bob', port: 4001, seen: { error: 'too many ports to look at' } }
  expect(checkReachable([refused])).toMatchObject({
    level: 'warn',
    why: like(/bob did not look: too/)
  })
  expect(checkReachable(undefined)).toMatchObject({ level: 'pass', why: like(/doctor/) })
})

/** A bare pattern inside `toMatchObject` would fit any text. */
function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
