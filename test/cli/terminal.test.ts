import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { watchTerminal } from '../../src/cli/terminal.ts'
import { world } from './processes.ts'

test('a terminal that was there and answers no more is gone', () => {
  const terminals = new Set([0, 2])
  const gone = watchTerminal((file) => terminals.has(file))
  expect(gone()).toBe(false)
  terminals.clear()
  expect(gone()).toBe(true)
})

test('without a terminal at the start none can go', () => {
  expect(watchTerminal(() => false)()).toBe(false)
})

/** A terminal in which a command starts, is sent SIGHUP once, and which is then closed. */
const TERMINAL = `
import os, pty, signal, sys, time
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
def until(text):
  seen = b''
  while text not in seen: seen += os.read(terminal, 4096)
until(b'is up')
os.kill(pid, signal.SIGHUP)
until(b'read again')
print('reloaded', flush=True)
os.close(terminal)
_, status = os.waitpid(pid, 0)
print('ended', os.waitstatus_to_exitcode(status))
`
const python = (() => {
  try {
    return execFileSync('python3', ['--version']).length > 0
  } catch {
    return false
  }
})()

test.skipIf(!python && process.env['CI'] !== 'true')(
  'SIGHUP in a living terminal is a wish to read again; closing the terminal ends the agent',
  async () => {
    const { env, cwd } = world()
    const door = [process.execPath, '--conditions=source', resolve('bin/peerwork.js')]
    const args = ['-c', TERMINAL, ...door, 'up', '--preset', 'loopback']
    const { stdout } = await promisify(execFile)('python3', args, { env, cwd, timeout: 30_000 })
    expect(stdout).toBe('reloaded\nended 0\n')
  }
)
