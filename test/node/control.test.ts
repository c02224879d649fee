import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { serveControl } from '../../src/node/control.ts'
import { CONTROL_CONNECTIONS_MAX, CONTROL_LINE_BYTES_MAX } from '../../src/node/control-protocol.ts'
import { BOB, ControlDouble, INFO, TASK, privateHome } from './control-double.ts'

const log = { warn: () => undefined }

async function serving(home = privateHome()) {
  const agent = new ControlDouble()
  const counted = { full: 0 }
  const full = () => void counted.full++
  const control = await serveControl({ agent, home, log, full })
  let open = true
  const close = async (): Promise<void> => {
    if (open) await control[Symbol.asyncDispose]()
    open = false
  }
  onTestFinished(close)
  return { agent, home, path: join(home, 'control.sock'), close, counted }
}

async function dial(path: string): Promise<Socket> {
  const socket = connect(path)
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function tell(path: string, line: string | Buffer): Promise<unknown[]> {
  const socket = await dial(path)
  socket.write(line)
  const lines = (await text(socket)).trim().split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown)
}

test('the socket is for its owner alone and vanishes with the agent', async () => {
  const { path, close } = await serving()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await close()
  expect(existsSync(path)).toBe(false)
})

test('a question is answered with one line, and the connection ends', async () => {
  const { path } = await serving()
  expect(await tell(path, '{"op":"info"}\n')).toEqual([{ ok: INFO }])
})

test('a request may come in pieces', async () => {
  const { path } = await serving()
  const socket = await dial(path)
  for (const part of ['{"op"', ':"tas', 'ks"}', '\n']) {
    socket.write(part)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(JSON.parse(await text(socket))).toEqual({ ok: [] })
})

test('a submitted task streams its events and says that it ended', async () => {
  const { path, agent } = await serving()
  const request = { op: 'submit', skill: 'shout', input: { text: 'hello' }, options: { to: BOB } }
  const lines = await tell(path, `${JSON.stringify(request)}\n`)
  expect(lines.at(0)).toMatchObject({ event: { type: 'submitted', task: TASK } })
  expect(lines.at(-2)).toMatchObject({ event: { type: 'completed', result: { sealed: 'AQID' } } })
  expect(lines.at(-1)).toEqual({ end: true })
  expect(agent.asked).toEqual([['submit', 'shout', { text: 'hello' }, { to: BOB }]])
})

test.for([
  ['bytes that are no JSON', '\u0000\u0001garbage\n', 'MALFORMED'],
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x0a]), 'MALFORMED'],
  ['an unknown operation', '{"op":"shutdown"}\n', 'MALFORMED'],
  ['an unknown field', '{"op":"info","extra":1}\n', 'MALFORMED'],
  ['an id that is none', '{"op":"admit","peer":"everybody"}\n', 'MALFORMED'],
  ['what the agent refuses', '{"op":"cancel","task":"feed"}\n', 'TASK_UNKNOWN']
] as const)('%s get an error line and harm nothing', async ([, line, code]) => {
  const { path } = await serving()
  expect(await tell(path, line)).toMatchObject([{ error: { code } }])
  expect(await tell(path, '{"op":"tasks"}\n')).toEqual([{ ok: [] }])
})

test('a line over the cap is refused as soon as it is known', async () => {
  const { path } = await serving()
  const socket = await dial(path)
  const answered = text(socket)
  const piece = Buffer.alloc(1024 * 1024, 'a')
  for (let sent = 0; sent <= CONTROL_LINE_BYTES_MAX && !socket.destroyed; sent += piece.length) {
    await new Promise((resolve) => socket.write(piece, resolve))
  }
  expect(JSON.parse(await answered)).toMatchObject({ error: { code: 'TOO_LARGE' } })
})

test('closing the connection cancels the task it asked for', async () => {
  const { path, agent } = await serving()
  const socket = await dial(path)
  socket.write('{"op":"submit","skill":"hang","input":null,"options":{}}\n')
  await once(socket, 'data')
  socket.destroy()
  expect(await agent.ended.promise).toBe('hold')
})

test('closing the connection ends a watch', async () => {
  const { path, agent } = await serving()
  const socket = await dial(path)
  socket.write('{"op":"watch","filter":{"skill":"shout"}}\n')
  await once(socket, 'data')
  socket.destroy()
  expect(await agent.ended.promise).toBe('watch')
  expect(agent.asked).toEqual([['watch', { skill: 'shout' }]])
})

test('a reader that does not read stops the stream instead of filling memory', async () => {
  const { path, agent } = await serving()
  const socket = await dial(path)
  socket.pause()
  socket.write('{"op":"watch","filter":{}}\n')
  let before = -1
  while (before !== agent.produced) {
    before = agent.produced
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  expect(agent.produced).toBeGreaterThan(0)
  expect(agent.produced).toBeLessThan(5000)
})

test('a guest may submit for as long as its connection lasts', async () => {
  const { path, agent } = await serving()
  const socket = await dial(path)
  socket.write(`{"op":"admit","peer":"${BOB}"}\n`)
  await once(socket, 'data')
  expect([...agent.allowed]).toEqual([BOB])
  socket.destroy()
  await expect.poll(() => [...agent.allowed]).toEqual([])
})

test('connections beyond the limit are told so', async () => {
  const { path, counted } = await serving()
  for (let count = 0; count < CONTROL_CONNECTIONS_MAX; count++) await dial(path)
  const [answer] = await tell(path, '{"op":"info"}\n')
  expect(answer).toMatchObject({ error: { code: 'BUSY' } })
  expect(counted.full).toBe(1)
})

test('a socket left by a dead process is replaced', async () => {
  const home = privateHome()
  const path = join(home, 'control.sock')
  const die = `() => process.kill(process.pid, 'SIGKILL')`
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, ${die})`
  spawnSync(process.execPath, ['-e', code])
  expect(statSync(path).isSocket()).toBe(true)
  await serving(home)
  expect(await tell(path, '{"op":"tasks"}\n')).toEqual([{ ok: [] }])
})

test('a socket that answers is left alone', async () => {
  const { home, path } = await serving()
  const second = serveControl({ agent: new ControlDouble(), home, log })
  await expect(second).rejects.toMatchObject({ code: 'HOME_IN_USE' })
  expect(await tell(path, '{"op":"tasks"}\n')).toEqual([{ ok: [] }])
})

test('a file that is no socket is never removed', async () => {
  const home = privateHome()
  const path = join(home, 'control.sock')
  writeFileSync(path, 'mine')
  const served = serveControl({ agent: new ControlDouble(), home, log })
  await expect(served).rejects.toMatchObject({ code: 'STORE_FAILED' })
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

test('a home that is not there is an error', async () => {
  const home = join(privateHome(), 'gone')
  const served = serveControl({ agent: new ControlDouble(), home, log })
  await expect(served).rejects.toMatchObject({ code: 'STORE_FAILED' })
})
