/** The facts of a real agent, as its diagnosis has them. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FindingCode } from '../../src/node/diagnosis/finding.ts'
import type { Agent } from '../../src/index.ts'
import { Stage, until } from '../helpers/processes.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage[Symbol.asyncDispose]())

async function finding(agent: Agent, code: FindingCode) {
  return (await agent.doctor()).findings.find((one) => one.code === code)
}

test('two agents that are well look at the ports, clocks and versions of each other', async () => {
  const alice = await stage.inside({ name: 'alice' })
  const bob = await stage.inside({ name: 'bob', bootstrap: [alice.addresses[0] ?? ''] })
  await until('met', async () => (await bob.peers()).length === 1)
  const { state, findings, links } = await bob.doctor()
  expect(state).toBe('ok')
  const why = Object.fromEntries(findings.map((one) => [one.code, `${one.level} ${one.why}`]))
  expect(why).toMatchObject({
    LISTENING: expect.stringMatching(/^pass 127\.0\.0\.1:\d+$/) as unknown,
    REACHABLE: expect.stringMatching(/^pass port \d+ answers from this machine \(alice/) as unknown,
    CLOCK: expect.stringMatching(/^pass within \d s of one peer/) as unknown,
    BOOTSTRAP: 'pass 1 of 1 up',
    PEERS: 'pass one'
  })
  expect(links).toMatchObject([{ kind: 'bootstrap', peer: alice.id, state: 'up', error: null }])
})

test('a bootstrap peer that went is down since then, and up again when it is back', async () => {
  const alice = await stage.start({ name: 'alice' })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  await until('met', async () => (await bob.peers()).length === 1)
  const before = Date.now()
  await alice.kill()
  await until('told', async () => (await finding(bob, 'BOOTSTRAP'))?.level === 'fail')
  const found = await finding(bob, 'BOOTSTRAP')
  expect(found?.why).toMatch(/is down since .* UTC .*: the port is closed/)
  expect(Number(found?.facts['since'])).toBeGreaterThanOrEqual(before)
  await alice.restart()
  await until('back', async () => (await finding(bob, 'BOOTSTRAP'))?.why === '1 of 1 up', 15_000)
})

test('an agent of another network is named as the reason', async () => {
  const other = await stage.inside({ network: 'other' })
  const alone = await stage.inside({ network: 'lab', bootstrap: [other.addresses[0] ?? ''] })
  await until('refused', async () => (await finding(alone, 'NETWORK'))?.level === 'fail')
  await expect(alone.run('echo', {}, { wait: 900 })).rejects.toMatchObject({
    code: 'NO_PEERS',
    message: expect.stringMatching(
      /the network of others: one peer of another network: meant for/
    ) as unknown
  })
})
