import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { Notifier } from '../../../src/cli/service/notify.ts'
import { temporary } from '../harness.ts'

function recording(env: Record<string, string>) {
  const said: (readonly string[])[] = []
  const notifier = new Notifier(env, async (assignments) => {
    // A slow messenger must not let a later message overtake.
    if (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    said.push(assignments)
    return undefined
  })
  return { said, notifier }
}

test('messages go in order, each status on one line', async () => {
  const { said, notifier } = recording({ NOTIFY_SOCKET: '/x' })
  void notifier.ready('up')
  void notifier.reloading()
  await notifier.stopping('2 tasks\nMAINPID=1', 7_000)
  expect(said).toEqual([
    ['READY=1', 'STATUS=up'],
    ['RELOADING=1'],
    ['STOPPING=1', 'STATUS=2 tasks MAINPID=1', 'EXTEND_TIMEOUT_USEC=7000000']
  ])
})

test('without a socket nothing is said', async () => {
  const { said, notifier } = recording({})
  await notifier.ready('up')
  expect([said, notifier.listening]).toEqual([[], false])
})

test('a messenger that is not there is told, and no fault', async () => {
  const env = { NOTIFY_SOCKET: '/x', PATH: temporary('empty') }
  expect(await new Notifier(env).ready('up')).toContain('systemd-notify')
})

/** A manager's socket, as Node cannot make one. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
  data, ancillary, _, _ = s.recvmsg(4096, 4096)
  # A barrier hands over a file, and its sender waits until that is closed.
  for _, _, fds in ancillary: socket.os.close(int.from_bytes(fds[:4], sys.byteorder))
  print(data.decode().replace('\\n', ' '), flush=True)
`
const tools = (() => {
  try {
    execFileSync('systemd-notify', ['--version'])
    execFileSync('python3', ['--version'])
    return true
  } catch {
    return false
  }
})()

test.skipIf(!tools && process.env['CI'] !== 'true')('the message arrives at a socket', async () => {
  const socket = join(temporary('notify'), 'socket')
  const listener = spawn('python3', ['-c', LISTENER, socket], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const lines = createInterface(listener.stdout)[Symbol.asyncIterator]()
  expect((await lines.next()).value).toBe('bound')
  const notifier = new Notifier({ NOTIFY_SOCKET: socket, PATH: process.env['PATH'] })
  const said = notifier.ready('alice is up')
  expect((await lines.next()).value).toBe('READY=1 STATUS=alice is up')
  expect(await said).toBeUndefined()
  listener.kill()
  await once(listener, 'exit')
})
