/**
 * The program of a runner process: loads one skill, runs its tasks, talks over file descriptor 3.
 *
 * Nothing in here defends the machine; the permission model and bubblewrap around the process do.
 * The agent checks every message, because a skill can write to descriptor 3 as well as we can.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import os from 'node:os'
import { PeerworkError } from '../protocol/errors.ts'
import { Channel } from './sandbox-channel.ts'
import type { FromRunner, ToRunner } from './sandbox-messages.ts'
import { knowText, resolveForSkills } from './sandbox-resolve.ts'
import { loadSkill } from './sandbox-skill.ts'
import type { ReadySkill } from './sandbox-skill.ts'
import type { GuestTask } from './sandbox-task.ts'
import { createTask, recordOf } from './sandbox-task.ts'

type Load = Extract<ToRunner, { type: 'load' }>

const tasks = new Map<string, GuestTask>()
const current = new AsyncLocalStorage<string>()
let skill: ReadySkill | undefined
let secrets: Readonly<Record<string, string>> = {}

const decoder = new TextDecoder()
const socket = new Socket({ fd: 3, readable: true, writable: true })
const channel = new Channel<ToRunner, FromRunner>(socket, {
  read: (header) => JSON.parse(decoder.decode(header)) as ToRunner,
  onMessage: take,
  onBroken: () => process.exit(1)
})
// The agent closed the pipe or died: nobody is left to work for.
socket.on('close', () => process.exit(0))
// Ctrl-C reaches every process of a terminal; the agent decides when a runner ends.
process.on('SIGINT', () => undefined)
process.on('uncaughtException', stray)
process.on('unhandledRejection', stray)
takeAway()
resolveForSkills()
channel.send({ type: 'hello' })

function take(message: ToRunner, payload: Uint8Array): void {
  if (message.type === 'load') return void load(message, payload)
  if (message.type !== 'run') return tasks.get(message.task)?.take(message, payload)
  if (skill === undefined) return
  const send = (words: FromRunner, bytes?: Uint8Array): void => channel.send(words, bytes)
  const task = createTask({ message, skill, secrets, send })
  tasks.set(task.id, task)
  void current.run(task.id, () => task.run(payload).finally(() => tasks.delete(task.id)))
}

async function load(message: Load, text: Uint8Array): Promise<void> {
  if (text.length > 0) knowText(message.file, text)
  secrets = message.secrets
  try {
    skill = await loadSkill(message.file, message.config)
    channel.send({ type: 'loaded', skill: skill.offer })
  } catch (error) {
    const known = error instanceof PeerworkError
    const record = known ? recordOf(error) : { ...recordOf(error), code: 'SKILL_INVALID' as const }
    channel.send({ type: 'load-failed', error: record })
  }
}

/**
 * Something was thrown where nobody waits. If it belongs to a running task, that task fails. If its
 * task is over, the process is only fit to be replaced once the others are done.
 */
function stray(thrown: unknown): void {
  const known = current.getStore()
  const only = tasks.size === 1 ? [...tasks.values()][0] : undefined
  const task = known === undefined ? only : tasks.get(known)
  if (task !== undefined) return task.fail(thrown)
  channel.send({ type: 'broken', message: recordOf(thrown).message })
}

/**
 * Take away what no skill needs and the permission model does not cover: signals to other
 * processes and their priority, and the network, whose own refusal would not say what to use
 * instead. A seat belt.
 */
function takeAway(): void {
  // bubblewrap sets PWD.
  for (const name of Object.keys(process.env)) delete process.env[name]
  const host = process as unknown as Record<string, unknown>
  for (const name of [
    'kill',
    '_kill',
    '_debugProcess',
    '_debugEnd',
    '_startProfilerIdleNotifier'
  ]) {
    host[name] = () => {
      throw new PeerworkError('SKILL_FAILED', `process.${name} does not exist in a skill`)
    }
  }
  os.setPriority = () => {
    throw new PeerworkError('SKILL_FAILED', 'os.setPriority does not exist in a skill')
  }
  // What a skill imports by name changes as well.
  syncBuiltinESMExports()
  globalThis.fetch = async () => {
    throw new PeerworkError('HOST_DENIED', 'use ctx.fetch: a skill has no network of its own')
  }
}
