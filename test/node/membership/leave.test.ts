import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createAgent } from '../../../src/node/agent.ts'
import { createNetwork } from '../../../src/node/membership/create.ts'
import { readMembership } from '../../../src/node/membership/at-rest.ts'
import { leaveNetwork } from '../../../src/node/membership/leave.ts'
import { MemberStore } from '../../../src/node/membership/store.ts'
import { temporary } from '../../cli/harness.ts'
import { killedAt } from '../../helpers/killed.ts'
import { BEN, BEN_SHOWS, ben, memberHome } from './people.ts'

const found = async () => {
  const home = temporary('home')
  return { home, made: await createNetwork({ home, configDir: temporary('config'), name: 'lab' }) }
}

test('whoever has left is in an open network again, under the same id', async () => {
  const { home, made } = await found()
  expect(await leaveNetwork(home)).toEqual({ network: made.network, name: 'lab' })
  expect(readdirSync(home).filter((file) => file.startsWith('members'))).toEqual([])
  await using agent = await createAgent({ home, preset: 'loopback' })
  expect(await agent.info()).toMatchObject({ id: made.member, network: 'home' })
  await expect(leaveNetwork(home)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' })
})

test('nobody leaves while the agent runs', async () => {
  const { home } = await found()
  await using agent = await createAgent({ home, preset: 'loopback' })
  await expect(leaveNetwork(home)).rejects.toMatchObject({ code: 'HOME_IN_USE' })
  expect((await agent.info()).membership?.name).toBe('lab')
})

test('killed at any step, a home is still the member it was, or nothing', async () => {
  const left: boolean[] = []
  for (let step = 1, killed = true; killed; step++) {
    const home = memberHome(BEN, BEN_SHOWS)
    killed = await killedAt(
      step,
      `import { leaveNetwork } from './src/node/membership/leave.ts'
       await leaveNetwork(${JSON.stringify(home)})`
    )
    const held = await readMembership(home)
    left.push(held === undefined)
    if (held !== undefined) {
      expect(held).toMatchObject({ id: ben.id, info: { roles: ['submit', 'execute', 'observe'] } })
      await leaveNetwork(home)
    }
    // Nothing of the old network comes back with the next one.
    using store = new MemberStore(home)
    expect([store.own(), store.records()]).toEqual([undefined, []])
  }
  expect([left[0], left.at(-1)]).toEqual([false, true])
}, 60_000)
