import { expect, test } from 'vitest'
import type { Candidate, Via } from '../../../src/node/candidate.ts'
import { Turns } from '../../../src/node/meet/turns.ts'

const candidate = (via: Via, addresses = ['/ip4/127.0.0.1/tcp/1']): Candidate => ({
  ...{ key: 'k', id: 'k', addresses, via, informant: undefined, attempts: 0, dialing: false },
  ...{ began: 0, due: undefined, timer: undefined, lastError: undefined, apart: 0 }
})

test('thirty-two at once, then eight a second, and too late is never', () => {
  const turns = new Turns(() => 0)
  const waits = Array.from({ length: 114 }, () => turns.wait(candidate('peer'), false, 0))
  expect(waits.slice(0, 32)).toEqual(Array.from({ length: 32 }, () => 0))
  expect(waits[32]).toBe(125)
  expect(waits[111]).toBe(10_000)
  expect(waits[112]).toBeUndefined()
})

test('what is sought for a task takes no turn from what peers or the LAN say', () => {
  const turns = new Turns(() => 0)
  for (let n = 0; n < 32; n++) turns.wait(candidate('peer'), true, 0)
  expect(turns.wait(candidate('peer'), true, 0)).toBe(125)
  expect(turns.wait(candidate('peer'), false, 0)).toBe(0)
  expect(turns.wait(candidate('mdns'), false, 0)).toBe(0)
})

test('a turn that was taken is kept while others dial', () => {
  const turns = new Turns(() => 0)
  const one = candidate('peer')
  expect(turns.wait(one, false, 16)).toBe(250)
  expect(turns.wait(one, false, 15)).toBe(0)
})
