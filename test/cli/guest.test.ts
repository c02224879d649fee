import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectControl } from '../../src/cli/control-client.ts'
import { callerOf } from '../../src/cli/guest.ts'
import { skillFile } from '../../src/cli/scaffold.ts'
import { createAgent } from '../../src/node/agent.ts'
import { temporary } from './harness.ts'

async function alice() {
  const file = join(temporary('skills'), 'shout.ts')
  writeFileSync(file, skillFile('shout', './shout.ts'))
  const home = temporary('home')
  const preset = 'loopback'
  const agent = await createAgent({ home, preset, name: 'alice', skills: [file] })
  const running = await connectControl(home)
  if (running === undefined) throw new Error('nobody answered')
  const session = { ...running, running, [Symbol.asyncDispose]: () => Promise.resolve() }
  return { agent, session }
}

test('a guest asks the agent of the home, and is let in for as long as it stays', async () => {
  const { agent, session } = await alice()
  await using _agent = agent
  {
    await using caller = await callerOf(session, 'shout', undefined)
    expect(caller.info.id).not.toBe(agent.id)
    const result = await caller.agent.run('shout', { text: 'me' })
    expect(result).toMatchObject({ by: agent.id, value: { text: 'ME' } })
  }
  await expect.poll(async () => (await agent.info()).admits).toBe('nobody')
})

test('there is no guest for a skill the agent does not offer, or for another agent', async () => {
  const { agent, session } = await alice()
  await using _agent = agent
  for (const [skill, to] of [['sing'], ['shout', 'bob']] as const) {
    expect((await callerOf(session, skill, to)).info.id).toBe(agent.id)
  }
})
