import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listenError, withPort } from '../../src/node/listen.ts'
import { Stage } from '../helpers/processes.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const ANY = ['/ip4/127.0.0.1/tcp/0']

/** A port that somebody else listens at, until the returned function is called. */
async function takenPort(port = 0) {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const leave = async (): Promise<void> => {
    server.close()
    await once(server, 'close')
  }
  return { port: (server.address() as AddressInfo).port, leave }
}

test('the port of last time is taken again where any would do, and only there', async () => {
  const { port, leave } = await takenPort()
  await leave()
  const text = String(port)
  expect(await withPort(ANY, text)).toEqual([`/ip4/127.0.0.1/tcp/${port}`])
  expect(await withPort(['/ip4/127.0.0.1/tcp/4001'], text)).toEqual(['/ip4/127.0.0.1/tcp/4001'])
  const two = [...ANY, '/ip6/::1/tcp/0']
  expect(await withPort(two, text)).toEqual(two)
  for (const none of [undefined, '', 'x', '123456']) expect(await withPort(ANY, none)).toEqual(ANY)
})

test('an agent starts at another port when its own was taken meanwhile', async () => {
  const home = stage.home()
  const first = await stage.inside({ home })
  const port = readFileSync(join(home, 'port'), 'utf8').trim()
  await first.stop()
  const { leave } = await takenPort(Number(port))
  const second = await stage.inside({ home })
  expect(second.addresses[0]).not.toContain(`/tcp/${port}/`)
  await second.stop()
  await leave()
})

test('a port that the operator demands and somebody has is an error that says so', async () => {
  const { port, leave } = await takenPort()
  const listen = [`/ip4/127.0.0.1/tcp/${port}`]
  await expect(stage.inside({ listen })).rejects.toMatchObject({
    code: 'BAD_ADDRESS',
    message: `cannot listen: another program listens there already: ${listen[0]}`
  })
  await leave()
})

test.for([
  ['listen EADDRNOTAVAIL: address not available', 'this machine has no such address'],
  ['listen EACCES: permission denied', 'only the administrator may use such a port'],
  ['something else', 'cannot listen at /x: something else']
])('%s', ([message, told]) => {
  expect(listenError(new Error(message), ['/x']).message).toContain(told)
})
