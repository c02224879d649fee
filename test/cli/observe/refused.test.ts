import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { explained } from '../../../src/cli/observe/refused.ts'
import { remember } from '../../../src/node/home.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { temporary } from '../harness.ts'

const place = { dir: '/data', host: '127.0.0.1', port: 4319 }

test('a port that is taken is told with whoever has it, and the way out', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const message = `cannot listen: listen EADDRINUSE: address already in use 127.0.0.1:${port}`
  const told = explained(new PeerworkError('BAD_OPTION', message), { ...place, port })
  expect(told).toMatchObject({ code: 'BAD_OPTION', facts: { command: 'observe' } })
  const { message: text } = told as PeerworkError
  expect(text).toMatch(new RegExp(`^port ${port} of 127.0.0.1 is taken`))
  if (process.platform === 'linux') expect(text).toContain(`by process ${process.pid} (node`)
  expect(text).toContain('--port 0')
  server.close()
})

test('a directory that another observer has is told with where that one answers', () => {
  const dir = temporary('data')
  const error = new PeerworkError('HOME_IN_USE', 'another', { path: `${dir}/traces/control.db` })
  const told = (): string => (explained(error, { ...place, dir }) as PeerworkError).message
  expect(told()).toBe(`another observer has ${dir}; for one of its own give --data or --name`)
  remember(dir, 'url', 'http://127.0.0.1:4319')
  expect(told()).toContain('answers at http://127.0.0.1:4319')
})

test('a directory that cannot be written is named, with the way out', () => {
  for (const why of [
    'cannot make /data: EACCES: permission denied',
    'a: unable to open database'
  ]) {
    const told = explained(new PeerworkError('STORE_FAILED', why), place) as PeerworkError
    const what = 'cannot write in /data, which is read-only or not yours'
    expect(told.message).toBe(`${what} (${why}); --data chooses another directory`)
  }
})

test('everything else stays as it is', () => {
  const others = [
    new PeerworkError('HOME_IN_USE', 'an agent', { home: '/elsewhere' }),
    new PeerworkError('BAD_OPTION', '--port is a number'),
    new PeerworkError('STORE_FAILED', 'damaged'),
    new Error('x')
  ]
  for (const other of others) expect(explained(other, place)).toBe(other)
})
