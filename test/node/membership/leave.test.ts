import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createAgent } from '../../../src/node/agent.ts'
import { createNetwork } from '../../../src/node/membership/create.ts'
import { leaveNetwork } from '../../../src/node/membership/leave.ts'
import { temporary } from '../../cli/harness.ts'

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
