/** The control socket of a running agent, for the command line of the same user. */

import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { answer } from './control-answer.ts'
import type { Controlled } from './control-answer.ts'
import { LineParser } from './control-lines.ts'
import { claimSocketPath, releaseSocketPath } from './control-path.ts'
import {
  CONTROL_CONNECTIONS_MAX,
  CONTROL_LINE_BYTES_MAX,
  CONTROL_REQUEST_MS_MAX
} from './control-protocol.ts'
import type { ControlAnswer } from './control-protocol.ts'
import { readRequest } from './control-request.ts'

/** What is needed of a logger; pino's fits. */
export interface ControlLog {
  warn(facts: object, message: string): void
}

export interface ControlInit {
  readonly agent: Controlled
  /** Must be the agent's alone (0700): its mode guards the socket while it is made. */
  readonly home: string
  readonly log: ControlLog
  /** A connection was one too many. */
  readonly full?: () => void
}

/**
 * Serve an agent's control socket. Disposing it ends all connections, which cancels what they
 * asked for, and removes the socket.
 *
 * @throws PeerworkError `HOME_IN_USE` when another process answers on it, `STORE_FAILED` when it
 *   cannot be made
 */
export async function serveControl(init: ControlInit): Promise<AsyncDisposable> {
  const path = claimSocketPath(init.home, process.env)
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const full = open.size >= CONTROL_CONNECTIONS_MAX
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    if (full) init.full?.()
    if (full) refuse(socket)
    else serve(socket, init)
  })
  await listen(server, path)
  server.on('error', (error) => init.log.warn({ error: error.message }, 'control socket failed'))
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
      releaseSocketPath(init.home, path)
    }
  }
}

async function listen(server: Server, path: string): Promise<void> {
  try {
    await tryListen(server, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw failed(path, error)
    await removeStale(path)
    await tryListen(server, path).catch((again: unknown) => {
      throw failed(path, again)
    })
  }
  chmodSync(path, 0o600)
}

function tryListen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A socket nobody answers on is left from a dead process; anything else is not ours to remove. */
async function removeStale(path: string): Promise<void> {
  if (!lstatSync(path).isSocket()) {
    throw new PeerworkError('STORE_FAILED', `${path} exists and is no socket`, { path })
  }
  if (await answers(path))
    throw new PeerworkError('HOME_IN_USE', `another agent answers on ${path}`, { path })
  rmSync(path, { force: true })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    const tell = (alive: boolean): void => {
      probe.destroy()
      resolve(alive)
    }
    probe.on('connect', () => tell(true))
    probe.on('error', ({ code }: NodeJS.ErrnoException) =>
      tell(code !== 'ECONNREFUSED' && code !== 'ENOENT')
    )
  })
}

const failed = (path: string, error: unknown): PeerworkError =>
  new PeerworkError('STORE_FAILED', `cannot listen on ${path}: ${(error as Error).message}`, {
    path
  })

function refuse(socket: Socket): void {
  const message = `${CONTROL_CONNECTIONS_MAX} commands use this agent already`
  const error = new PeerworkError('BUSY', message, { connectionsMax: CONTROL_CONNECTIONS_MAX })
  socket.on('error', () => socket.destroy())
  socket.setTimeout(CONTROL_REQUEST_MS_MAX, () => socket.destroy())
  // Unread bytes would keep the end of the connection from being seen.
  socket.resume()
  socket.end(lineOf({ error: error.toJSON() }))
}

/** Read the one request; what follows it is ignored, and closing cancels. */
function serve(socket: Socket, init: ControlInit): void {
  const parser = new LineParser(CONTROL_LINE_BYTES_MAX)
  const gone = new AbortController()
  let asked = false
  socket.setTimeout(CONTROL_REQUEST_MS_MAX, () => socket.destroy())
  socket.on('close', () => gone.abort())
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes) => {
    if (asked) return
    try {
      const { value: line } = parser.push(bytes as Uint8Array).next()
      if (line === undefined) return
      asked = true
      socket.setTimeout(0)
      void reply(socket, line, { init, signal: gone.signal })
    } catch (error) {
      asked = true
      finish(socket, toPeerworkError(error))
    }
  })
}

interface Asked {
  readonly init: ControlInit
  readonly signal: AbortSignal
}

async function reply(socket: Socket, line: Uint8Array, { init, signal }: Asked): Promise<void> {
  try {
    for await (const part of answer(init.agent, readRequest(line), signal)) {
      if (signal.aborted) return
      await write(socket, part, signal)
    }
    socket.end()
  } catch (error) {
    const known = toPeerworkError(error)
    if (known.code === 'INTERNAL') init.log.warn({ error: known.message }, 'control request failed')
    finish(socket, known)
  }
}

function finish(socket: Socket, error: PeerworkError): void {
  if (!socket.destroyed) socket.end(lineOf({ error: error.toJSON() }))
}

/** Waits while the reader is slow, so that a stream never piles up in the agent. */
async function write(socket: Socket, part: ControlAnswer, signal: AbortSignal): Promise<void> {
  if (socket.destroyed || socket.write(lineOf(part))) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    socket.once('drain', done)
    signal.addEventListener('abort', done)
  })
}

const lineOf = (part: ControlAnswer): string => `${JSON.stringify(part)}\n`
