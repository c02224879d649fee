/** One runner as a process of the operating system: spawned, listened to, killed. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
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

/**
 * Never throws: a process that cannot be started, for want of files, memory or the program, has
 * exited.
 *
 * @param onOutput what the skill printed; called for stdout and stderr alike
 */
export function spawnRunner(command: Command, onOutput: (text: string) => void): RunnerProcess {
  const child = tryToSpawn(command)
  if (child instanceof Error) return unstarted(Promise.resolve(child))
  const failed = new Promise<Error>((resolve) => child.on('error', resolve))
  const [, stdout, stderr, pipe] = (child.stdio as Partial<ChildProcess['stdio']> | undefined) ?? []
  // Out of file descriptors, Node gives up before it has made any of the three.
  if (!(stdout instanceof Readable && stderr instanceof Readable && pipe instanceof Socket)) {
    return unstarted(failed)
  }
  let tail = ''
  stdout.on('data', (bytes: Buffer) => onOutput(bytes.toString()))
  stderr.on('data', (bytes: Buffer) => {
    tail = (tail + bytes.toString()).slice(-TAIL_LENGTH)
    onOutput(bytes.toString())
  })
  const closed = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => resolve(describeExit(code, signal, tail)))
  })
  const { pid } = child
  const exited = pid === undefined ? failed.then(neverRan) : closed
  return { pid, pipe, exited, kill: () => void child.kill('SIGKILL') }
}

function tryToSpawn(command: Command): ChildProcess | Error {
  try {
    return spawn(command.file, command.args, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: {},
      cwd: '/',
      // A group of its own: Ctrl-C in the agent's terminal asks the agent to drain, and must not
      // reach the work it drains.
      detached: true
    })
  } catch (error) {
    return error as Error
  }
}

function unstarted(why: Promise<Error>): RunnerProcess {
  const pipe = new Socket().destroy()
  return { pid: undefined, pipe, exited: why.then(neverRan), kill: () => undefined }
}

const neverRan = ({ message }: Error): Exit => {
  return { code: null, signal: null, lastLine: message, outOfMemory: false }
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
