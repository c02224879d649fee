import { expect, test } from 'vitest'
import {
  checkAdmission,
  checkAgent,
  checkIsolation,
  checkLoad
} from '../../../src/node/diagnosis/check-agent.ts'
import { INFO, PEER } from '../control-double.ts'

const offering = { ...INFO, skills: PEER.skills }

test('an agent that runs passes, one for this command warns, one that stops fails', () => {
  expect(checkAgent(INFO, 'running', 60_000)).toMatchObject({
    level: 'pass',
    why: like(/up for 1 min/)
  })
  expect(checkAgent(INFO, 'short-lived', 0).level).toBe('warn')
  expect(checkAgent(INFO, 'stopping', 0).level).toBe('fail')
})

test('skills outside bubblewrap are a warning; without skills there is nothing to wall in', () => {
  expect(checkIsolation({ ...offering, isolation: 'process' }).level).toBe('warn')
  expect(checkIsolation({ ...offering, isolation: 'os' }).level).toBe('pass')
  expect(checkIsolation({ ...INFO, isolation: 'process' }).level).toBe('pass')
})

test.for([
  ['nobody', 'warn'],
  ['everybody', 'warn'],
  ['listed', 'pass'],
  ['members', 'pass']
] as const)('offering skills to %s is a %s', ([admits, level]) => {
  expect(checkAdmission({ ...offering, admits }).level).toBe(level)
  expect(checkAdmission({ ...INFO, admits }).level).toBe('pass')
})

test('a full queue is a warning', () => {
  const load = { running: 2, queued: 4, capacity: 2 }
  expect(checkLoad({ ...INFO, load }, 4)).toMatchObject({
    level: 'warn',
    why: 'full: 2 of 2 run, 4 wait, of one peer at most 4'
  })
  expect(checkLoad({ ...INFO, load }, 5).level).toBe('pass')
  expect(checkLoad({ ...INFO, load: { ...load, running: 1 } }, 0).level).toBe('pass')
})

/** A bare pattern inside `toMatchObject` would fit any text. */
function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
