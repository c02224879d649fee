import { expect, test } from 'vitest'
import { statusOf } from '../../../src/cli/service/status.ts'

const answering = (facts: Record<string, string>) => ({
  show: () => Promise.resolve(new Map(Object.entries(facts)))
})

test('a running service, and what it says of itself', async () => {
  const facts = { ActiveState: 'active', SubState: 'running', MainPID: '7', StatusText: 'up' }
  expect(await statusOf(answering({ ...facts, UnitFileState: 'enabled' }), 'x')).toMatchObject({
    ...{ active: true, enabled: true, state: 'active (running)', pid: 7, status: 'up', restarts: 0 }
  })
})

test('one that failed tells why, and has no process', async () => {
  const facts = { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', MainPID: '0' }
  const found = await statusOf(answering({ ...facts, NRestarts: '3' }), 'x')
  expect(found).toMatchObject({
    active: false,
    state: 'failed (exit-code)',
    pid: null,
    restarts: 3
  })
})
