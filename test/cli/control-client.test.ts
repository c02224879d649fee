import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectControl } from '../../src/cli/control-client.ts'
import { serveControl } from '../../src/node/control.ts'
import { ALICE, BOB, ControlDouble, INFO, PEER, RESULT, TASK } from '../node/control-double.ts'
import { privateHome } from '../node/control-double.ts'

async function connected() {
  const home = privateHome()
  const double = new ControlDouble()
  const control = await serveControl({ agent: double, home, log: { warn: () => undefined } })
  onTestFinished(() => control[Symbol.asyncDispose]())
  const running = await connectControl(home)
  if (running === undefined) throw new Error('nobody answered')
  return { double, control, home, ...running }
}

test('nobody runs in an empty home', async () => {
  expect(await connectControl(privateHome())).toBeUndefined()
})

test('a home that is no directory says so, and not that an agent does not answer', async () => {
  const file = join(privateHome(), 'file')
  writeFileSync(file, '')
  await expect(connectControl(file)).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining(`cannot make ${file}`) as string
  })
})

test('questions have the answers of the agent', async () => {
  const { agent, info } = await connected()
  expect(info).toEqual(INFO)
  expect(await agent.peers()).toEqual([PEER])
  expect(await agent.tasks()).toEqual([])
})

test('events of a task arrive in order, and the result is whole', async () => {
  const { agent, double } = await connected()
  const task = agent.submit('shout', { text: 'x' }, { deadline: '5s' })
  const types: string[] = []
  for await (const event of task) types.push(event.type)
  expect(types).toEqual(['submitted', 'chunk', 'completed'])
  expect(task.id).toBe(TASK)
  expect(await task.result).toEqual(RESULT)
  expect(double.asked).toEqual([['submit', 'shout', { text: 'x' }, { deadline: '5s' }]])
})

test('the result alone can be awaited', async () => {
  const { agent } = await connected()
  expect(await agent.submit('shout', 1).result).toEqual(RESULT)
  expect(await agent.run('shout', 1)).toEqual(RESULT)
})

test('a failure is a typed error again', async () => {
  const { agent } = await connected()
  const task = agent.submit('fail', 1)
  await expect(task.result).rejects.toMatchObject({ code: 'SKILL_FAILED', facts: { line: 3 } })
  await expect(agent.cancel('feed')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' })
})

test('canceling names the task and the reason', async () => {
  const { agent, double } = await connected()
  await agent.cancel(TASK, 'enough')
  expect(double.asked).toEqual([['cancel', TASK, 'enough']])
})

test('aborting a submitted task closes its connection', async () => {
  const { agent, double } = await connected()
  const abort = new AbortController()
  const task = agent.submit('hang', 1, { signal: abort.signal })
  for await (const event of task) if (event.type === 'submitted') abort.abort()
  expect(await double.ended.promise).toBe('hold')
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED' })
})

test('leaving a watch ends it in the agent', async () => {
  const { agent, double } = await connected()
  for await (const event of agent.watch({ skill: 'shout' })) {
    expect(event.from).toBe(BOB)
    break
  }
  expect(await double.ended.promise).toBe('watch')
})

test('peers are followed until the signal', async () => {
  const { agent } = await connected()
  const abort = new AbortController()
  for await (const event of agent.watchPeers(abort.signal)) {
    expect(event).toEqual({ type: 'joined', peer: PEER })
    abort.abort()
  }
})

test('a guest is admitted until its signal', async () => {
  const { admit, double } = await connected()
  const abort = new AbortController()
  await admit(ALICE, abort.signal)
  expect([...double.allowed]).toEqual([ALICE])
  abort.abort()
  await expect.poll(() => [...double.allowed]).toEqual([])
})

test('an agent that stops meanwhile is an error, not an end', async () => {
  const { agent, control } = await connected()
  const events = agent.submit('hang', 1)[Symbol.asyncIterator]()
  await events.next()
  const next = events.next()
  await control[Symbol.asyncDispose]()
  await expect(next).rejects.toMatchObject({ code: 'CONTROL_FAILED' })
})

test('something that hangs up at once is an error', async () => {
  const home = privateHome()
  const server = createServer((socket) => socket.end())
  await new Promise<void>((resolve) => void server.listen(join(home, 'control.sock'), resolve))
  onTestFinished(() => void server.close())
  await expect(connectControl(home)).rejects.toMatchObject({ code: 'CONTROL_FAILED' })
})
