import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { NETWORKING, defineCommand } from '../../src/cli/command.ts'
import type { COMMON, Values } from '../../src/cli/command.ts'
import { anyAgent, initOf, runningAgent } from '../../src/cli/session.ts'
import { createAgent } from '../../src/node/agent.ts'
import { contextOf, temporary } from './harness.ts'

const command = defineCommand({
  name: 'try',
  summary: '',
  options: NETWORKING,
  json: '',
  examples: [],
  run: () => Promise.resolve()
})

const given = (...args: string[]) =>
  readArguments(command, args).values as unknown as Values<typeof COMMON & typeof NETWORKING>

test('options say to an agent what was given, and nothing else', () => {
  const { context } = contextOf()
  expect(initOf(given(), context)).toEqual({})
  const args = ['--name', 'bob', '--no-mdns', '--bootstrap', '/a', '--bootstrap', '/b']
  expect(initOf(given(...args), context)).toEqual({
    name: 'bob',
    mdns: false,
    bootstrap: ['/a', '/b']
  })
})

test('a running agent is used, and left running', async () => {
  const home = temporary('home')
  await using agent = await createAgent({ home, preset: 'loopback' })
  const { context, err } = contextOf()
  {
    await using session = await anyAgent(given('--home', home), context)
    expect(session.info.id).toBe(agent.id)
    expect(session.running).toBeDefined()
  }
  expect(err.text).toBe('')
  expect((await runningAgent(given('--home', home), context)).info.id).toBe(agent.id)
})

test('without one a short-lived agent has the key of the home, and leaves', async () => {
  const home = temporary('home')
  const { context, err } = contextOf()
  const values = given('--home', home, '--preset', 'loopback')
  const ids: string[] = []
  for (let times = 0; times < 2; times++) {
    await using session = await anyAgent(values, context)
    ids.push(session.info.id)
  }
  expect(ids[0]).toBe(ids[1])
  expect(err.text).toContain('looking for peers')
  const quiet = contextOf()
  await (await anyAgent(values, quiet.context, { quiet: true }))[Symbol.asyncDispose]()
  expect(quiet.err.text).toBe('')
  const running = runningAgent(values, context)
  await expect(running).rejects.toMatchObject({ code: 'NOT_RUNNING' })
})

test('a short-lived agent finds its peers as the configuration file of the home says', async () => {
  const home = temporary('home')
  const config = { network: 'lab', name: 'ann', preset: 'loopback' }
  writeFileSync(join(home, 'config.json'), JSON.stringify(config))
  const { context } = contextOf()
  await using session = await anyAgent(given('--home', home), context)
  expect(session.info).toMatchObject({ network: 'lab', name: 'ann', home })
  expect(session.info.addresses[0]).toContain('127.0.0.1')
})

test('a second short-lived agent in one home waits for the first', async () => {
  const { context, err } = contextOf()
  const values = given('--home', temporary('home'), '--preset', 'loopback')
  const first = await anyAgent(values, context)
  const second = anyAgent(values, context)
  await expect.poll(() => err.text).toContain('waiting for another peerwork command')
  await first[Symbol.asyncDispose]()
  await using session = await second
  expect(session.info.id).toBe(first.info.id)
})
