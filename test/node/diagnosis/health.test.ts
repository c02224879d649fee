import { expect, test } from 'vitest'
import { fail, pass, warn } from '../../../src/node/diagnosis/finding.ts'
import { healthOf } from '../../../src/node/diagnosis/health.ts'

test.for([
  ['nothing but passes', [pass('PEERS', '')], 'ok'],
  ['a warning that hinders nobody', [warn('REACHABLE', '')], 'ok'],
  ['no peers', [warn('PEERS', '')], 'degraded'],
  ['a full queue', [warn('LOAD', '')], 'degraded'],
  ['a clock that is off', [fail('CLOCK', '')], 'degraded'],
  ['a home that cannot be written', [fail('HOME', ''), warn('PEERS', '')], 'down'],
  ['an agent that stops', [fail('AGENT', '')], 'down']
] as const)('%s', ([, findings, state]) => {
  const health = healthOf(findings)
  expect(health.state).toBe(state)
  expect(health.reasons.length).toBe(state === 'ok' ? 0 : findings.length)
})
