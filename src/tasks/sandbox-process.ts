/** One runner as a process of the operating system: spawned, listened to, killed. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Command } from './sandbox-command.ts'

/** How a runner ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
  /** Last line it wrote to stderr. */
  readonly lastLine: string
  readonly outOfMemory: boolean
}

export interface RunnerProcess {
  /** Of the outermost process; undefined when it could not be started. */
  readonly pid: number | undefined
  readonly pipe: Socket
  /** Resolves when the process and all its pipes are gone. */
  readonly exited: Promise<Exit>
  kill(): void
}

/** Kept of stderr to explain a crash, characters. */
const TAIL_LENGTH = 8192
const V8_OUT_OF_MEMORY = /(?:JavaScript heap|process) out of memory|bad_alloc/
const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** @param onOutput what the skill printed; called for stdout and stderr alike */
export function spawnRunner(command: Command, onOutput: (text: string) => void): RunnerProcess {
  const child: ChildProcess = spawn(command.file, command.args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: {},
    cwd: '/',
    // A group of its own: Ctrl-C in the agent's terminal asks the agent to drain, and must not reach
    // the work it drains.
    detached: true
  })
  let tail = ''
  const [, stdout, stderr, pipe] = child.stdio as unknown as [null, Readable, Readable, Socket]
  stdout.on('data', (bytes: Buffer) => onOutput(bytes.toString()))
  stderr.on('data', (bytes: Buffer) => {
    tail = (tail + bytes.toString()).slice(-TAIL_LENGTH)
    onOutput(bytes.toString())
  })
  const exited = new Promise<Exit>((resolve) => {
    child.on('error', (error) => {
      if (child.pid !== undefined) return
      resolve({ code: null, signal: null, lastLine: error.message, outOfMemory: false })
    })
    child.on('close', (code, signal) => resolve(describeExit(code, signal, tail)))
  })
  return { pid: child.pid, pipe, exited, kill: () => void child.kill('SIGKILL') }
}

function describeExit(code: number | null, signal: string | null, tail: string): Exit {
  // bubblewrap answers for its child as a shell does: 128 and the signal's number.
  const inner = code !== null && code > 128 ? SIGNALS.get(code - 128) : undefined
  const lines = tail.split('\n').filter((line) => line.trim() !== '')
  return {
    code: inner === undefined ? code : null,
    signal: signal ?? inner ?? null,
    lastLine: (lines.at(-1) ?? '').trim().slice(0, 500),
    outOfMemory: V8_OUT_OF_MEMORY.test(tail)
  }
}
