import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listenerAt } from '../../../src/cli/observe/listener.ts'
import { temporary } from '../harness.ts'

test.skipIf(process.platform !== 'linux')('who listens at a port is found', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(listenerAt(port)).toMatchObject({
    pid: process.pid,
    command: expect.stringMatching(/^node/)
  })
  await new Promise((resolve) => server.close(resolve))
  expect(listenerAt(port)).toBeUndefined()
})

test('options and addresses of its command line, which may hold secrets, are not told', () => {
  const proc = temporary('proc')
  mkdirSync(`${proc}/net`)
  mkdirSync(`${proc}/42/fd`, { recursive: true })
  const row = '0: 0100007F:10DF 00000000:0000 0A 00000000:00000000 00:0 00 1000 0 777 1'
  writeFileSync(`${proc}/net/tcp`, `  sl  local_address\n   ${row}\n`)
  symlinkSync('socket:[777]', `${proc}/42/fd/3`)
  const words = ['/usr/bin/node', '--conditions=source', '/x/peerwork.js', 'observe']
  const secrets = ['--store=postgres://me:secret@host/db', 'postgres://me:secret@host/db']
  writeFileSync(`${proc}/42/cmdline`, [...words, ...secrets, ''].join('\0'))
  expect(listenerAt(4319, proc)).toEqual({ pid: 42, command: 'node peerwork.js observe' })
  expect(listenerAt(4320, proc)).toBeUndefined()
  expect(listenerAt(4319, `${proc}/none`)).toBeUndefined()
})
