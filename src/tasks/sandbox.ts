/**
 * The seam between the agent and one runner process that has one skill loaded.
 *
 * It carries messages and tells every task when the process is gone; what a message means for a
 * task, and when a task must end, is decided in `runner.ts`. The guest is not trusted: the first
 * message that breaks the rules ends the process.
 */

import { PeerworkError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { Isolation } from '../protocol/message/result.ts'
import { createHush } from './hush.ts'
import type { Hush } from './hush.ts'
import {
  CHATTER_PER_SECOND_MAX,
  LOAD_MS_MAX,
  LOG_BYTES_MAX,
  METER_EVERY_MS,
  RUNNER_OWN_MB,
  UNREAD_BYTES_MAX
} from './limits.ts'
import type { Meter, Reading } from './process-meter.ts'
import { chainOf, createMeter } from './process-meter.ts'
import { Channel } from './sandbox-channel.ts'
import type { Command } from './sandbox-command.ts'
import type { FromRunner, LoadedSkill, TaskMessage, ToRunner } from './sandbox-messages.ts'
import { readFromRunner } from './sandbox-messages.ts'
import type { Exit, RunnerProcess } from './sandbox-process.ts'
import { spawnRunner } from './sandbox-process.ts'
import type { WorkLog } from './work.ts'

export interface SandboxInit {
  readonly command: Command
  readonly isolation: Isolation
  readonly memoryMb: number
  /** `file:` URL of the skill. */
  readonly file: string
  /** The file's text without its types, where that is known. */
  readonly text: Uint8Array | undefined
  readonly config: JsonObject | null
  readonly secrets: Readonly<Record<string, string>>
  readonly log: WorkLog
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/** A task's end of the sandbox. */
export interface TaskPort {
  take(message: TaskMessage, payload: Uint8Array): void
  measured(reading: Reading): void
  /** The process is gone. */
  lost(error: PeerworkError): void
}

const CHATTER = new Set<FromRunner['type']>(['progress', 'log', 'spend', 'trace', 'partial'])
const NO_METER: Meter = {
  pid: 0,
  measures: false,
  read: () => ({ cpuMs: 0, rssBytes: 0 }),
  close: () => undefined
}

export class Sandbox {
  readonly isolation: Isolation
  readonly memoryMb: number
  /** When it was spawned, by `elapsed`. */
  readonly born: number
  /** Rejects when the skill does not load. */
  readonly loaded: Promise<LoadedSkill>
  readonly exited: Promise<Exit>
  /** Whether the runner's own code has started; from then on failures are the skill's. */
  greeted = false
  ready = false
  /** No new tasks: it did enough, or something went wrong in it. */
  tired = false
  /** Tasks begun so far. */
  begun = 0
  readonly #tasks = new Map<string, TaskPort>()
  readonly #process: RunnerProcess
  readonly #channel: Channel<FromRunner, ToRunner>
  readonly #init: SandboxInit
  readonly #hush: Hush
  readonly #load = Promise.withResolvers<LoadedSkill>()
  #meter: Meter = NO_METER
  #last: Reading | undefined
  #fate: PeerworkError | undefined
  #watch: NodeJS.Timeout | undefined
  #ended = false
  #logged = 0
  #chatter = { since: 0, count: 0 }

  constructor(init: SandboxInit) {
    this.#init = init
    this.#hush = createHush(init.secrets)
    this.isolation = init.isolation
    this.memoryMb = init.memoryMb
    this.born = init.elapsed()
    this.loaded = this.#load.promise
    this.loaded.catch(() => undefined)
    this.#process = spawnRunner(init.command, (text) => this.#output(text))
    this.exited = this.#process.exited
    this.#channel = new Channel(this.#process.pipe, {
      read: (header) => readFromRunner(parseJson(header)),
      onMessage: (message, payload) => this.#take(this.#hush.message(message), payload),
      unreadBytesMax: UNREAD_BYTES_MAX,
      onBroken: (error) => this.kill(new PeerworkError('SKILL_CRASHED', error.message))
    })
    const { file, text, config, secrets } = init
    this.#channel.send({ type: 'load', file, config, secrets }, text)
    const what = 'a loop or a promise without end at its top level?'
    const why = `did not load within ${LOAD_MS_MAX / 1000} s: ${what}`
    const late = new PeerworkError('SKILL_LOAD_FAILED', why)
    const patience = setTimeout(() => this.kill(late), LOAD_MS_MAX)
    this.loaded.then(
      () => clearTimeout(patience),
      () => clearTimeout(patience)
    )
    void this.exited.then((exit) => this.#gone(exit))
  }

  get running(): number {
    return this.#tasks.size
  }

  /** Process id of the node process inside. */
  get pid(): number {
    return this.#meter.pid
  }

  attach(task: string, port: TaskPort): void {
    this.begun++
    if (this.#tasks.size === 0) this.#logged = 0
    this.#tasks.set(task, port)
    this.#watch ??= setInterval(() => this.#measure(), METER_EVERY_MS).unref()
  }

  detach(task: string): void {
    this.#tasks.delete(task)
  }

  send(message: ToRunner, payload?: Uint8Array): void {
    this.#channel.send(message, payload)
  }

  read(): Reading {
    this.#last = this.#meter.read()
    return this.#last
  }

  /** The process as a task finds it. While nothing ran, the last reading is still true enough. */
  readBefore(): Reading {
    return this.#tasks.size === 0 && this.#last !== undefined ? this.#last : this.read()
  }

  /** End it by force. Its tasks are told `why` when the process is gone. */
  kill(why?: PeerworkError): void {
    this.tired = true
    this.#fate ??= why
    // Each of them: bubblewrap's inner process has been seen to outlive both its child and parent.
    const { pid } = this.#process
    for (const each of pid === undefined || this.#ended ? [] : chainOf(pid)) {
      try {
        process.kill(each, 'SIGKILL')
      } catch {
        // It has ended by itself in the meantime.
      }
    }
    this.#process.kill()
  }

  /** End it, whatever runs in it. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.kill(new PeerworkError('SHUTTING_DOWN', 'the runner was closed'))
    await this.exited
  }

  #take(message: FromRunner, payload: Uint8Array): void {
    if (message.type === 'hello') {
      // Only the first: each meter holds files open.
      if (this.greeted) return
      this.greeted = true
      const { pid } = this.#process
      if (pid !== undefined) this.#meter = createMeter(pid, this.#init.elapsed)
      this.#watch ??= setInterval(() => this.#measure(), METER_EVERY_MS).unref()
    } else if (message.type === 'loaded') {
      this.ready = true
      this.#load.resolve(message.skill)
    } else if (message.type === 'load-failed') {
      const { code, message: text } = message.error
      this.#load.reject(new PeerworkError(code, text))
    } else if (message.type === 'broken') {
      if (this.tired) return
      this.tired = true
      const { file, log } = this.#init
      log.warn({ file, why: message.message }, 'a skill threw after its task was over')
      if (this.#tasks.size === 0) this.kill()
    } else {
      this.#chat(message)
      // A word about a task that is over, or was never here, changes nothing.
      this.#tasks.get(message.task)?.take(message, payload)
    }
  }

  /** A skill that talks too much would keep the agent from everything else. */
  #chat({ type }: TaskMessage): void {
    if (!CHATTER.has(type)) return
    const now = this.#init.elapsed()
    if (now - this.#chatter.since > 1000) this.#chatter = { since: now, count: 0 }
    if (++this.#chatter.count <= CHATTER_PER_SECOND_MAX) return
    const calls = 'progress, log, trace, partial or spend calls'
    const text = `more than ${CHATTER_PER_SECOND_MAX} ${calls} in a second`
    throw new PeerworkError('SKILL_CRASHED', text)
  }

  #output(text: string): void {
    if (this.#logged >= LOG_BYTES_MAX) return
    this.#logged += text.length
    const task = this.#tasks.size === 1 ? { task: [...this.#tasks.keys()][0] } : {}
    const kept = this.#hush.text(text).slice(0, LOG_BYTES_MAX).trimEnd()
    this.#init.log.info({ ...task, file: this.#init.file }, `skill printed: ${kept}`)
    if (this.#logged < LOG_BYTES_MAX) return
    this.#init.log.warn(task, `the skill printed over ${LOG_BYTES_MAX} bytes; the rest is dropped`)
  }

  #measure(): void {
    if (this.#tasks.size === 0 && (this.ready || this.#ended)) {
      clearInterval(this.#watch)
      this.#watch = undefined
      return
    }
    const reading = this.#meter.read()
    // The process is gone, but what wraps it has not noticed.
    if (this.#meter.measures && reading.rssBytes === 0) this.kill()
    const limit = (this.memoryMb + RUNNER_OWN_MB) * 1024 * 1024
    if (reading.rssBytes > limit) {
      const facts = { rssBytes: reading.rssBytes, memoryMb: this.memoryMb }
      const text = `its process took ${Math.round(reading.rssBytes / 2 ** 20)} MiB`
      this.kill(new PeerworkError('OUT_OF_MEMORY', text, facts))
    }
    for (const port of this.#tasks.values()) port.measured(reading)
  }

  #gone(exit: Exit): void {
    this.#ended = true
    this.tired = true
    this.ready = false
    clearInterval(this.#watch)
    this.#channel.close()
    this.#meter.close()
    this.#meter = NO_METER
    const lastLine = this.#hush.text(exit.lastLine)
    const error = this.#fate ?? crashOf({ ...exit, lastLine }, this.memoryMb)
    const atLoad = new PeerworkError('SKILL_LOAD_FAILED', error.message, error.facts)
    this.#load.reject(error.code === 'SKILL_CRASHED' ? atLoad : error)
    for (const port of [...this.#tasks.values()]) port.lost(error)
    this.#tasks.clear()
  }
}

function crashOf(exit: Exit, memoryMb: number): PeerworkError {
  const { code, signal, lastLine } = exit
  if (exit.outOfMemory) {
    const text = `JavaScript heap over ${memoryMb} MiB`
    return new PeerworkError('OUT_OF_MEMORY', text, { memoryMb })
  }
  const ended = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
  const how = code === null && signal === null ? 'could not be started' : ended
  const last = lastLine === '' ? '' : `: ${lastLine}`
  return new PeerworkError('SKILL_CRASHED', `its process ${how}${last}`, { code, signal })
}
