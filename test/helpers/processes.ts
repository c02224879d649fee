/**
 * Agents as real processes, each with a home of its own, asked through their control sockets.
 *
 * A stage is where one test's agents play: disposing it ends them all, by pid, and removes their
 * homes. Nothing here waits for a time to pass; everything waits for something to happen, at most
 * so long.
 */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { connectControl } from '../../src/cli/control-client.ts'
import type { Agent, AgentApi, AgentInit, SubmittedTask, TaskEvent } from '../../src/index.ts'
import { createAgent } from '../../src/index.ts'
import type { ErrorRecord } from '../../src/protocol/errors.ts'
import { fromRecord } from '../../src/protocol/errors.ts'

/** To start, with every skill loaded, on a machine busy with other tests, ms. */
const START_MS_MAX = 20_000
/** To end well: the grace of running work and some, ms. */
const STOP_MS_MAX = 10_000
/** Until what is waited for is there, unless a test says less, ms. */
const UNTIL_MS_MAX = 10_000
/** Between two looks, ms. */
const LOOK_EVERY_MS = 10
/** Processor time that only a busy loop uses up unasked, hundredths of a second. */
const SPIN_TICKS = 15
/** Kept of what a process complains, characters. */
const COMPLAINT_MAX = 4_000

export interface AgentProcess {
  readonly pid: number
  readonly id: string
  readonly name: string
  readonly home: string
  /** Where others reach it, with its id. */
  readonly address: string
  /** The agent, through its control socket. */
  readonly agent: AgentApi
  /** As the power going: SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>
  /** As Ctrl-C. Resolves with its exit code when it has ended by itself. */
  stop(): Promise<number | null>
  /** The same home again, with the same settings or others. Only after it has ended. */
  restart(init?: AgentInit): Promise<AgentProcess>
}

/** The settings of all agents on a stage, unless a test says otherwise. */
const LOOPBACK: AgentInit = { preset: 'loopback', open: true, logLevel: 'error' }

export class Stage implements AsyncDisposable {
  readonly #processes: Player[] = []
  readonly #agents: Agent[] = []
  readonly #folders: string[] = []
  #closed: Promise<void> | undefined

  constructor() {
    // A test that runs out of time never leaves its block.
    onTestFinished(() => this[Symbol.asyncDispose]())
  }

  /** A new home, removed with the stage. */
  home(): string {
    const home = mkdtempSync(join(tmpdir(), 'peerwork-stage-'))
    this.#folders.push(home)
    return home
  }

  /**
   * Start an agent in a process of its own; it listens on loopback and takes work from everybody.
   *
   * @throws PeerworkError what it failed to start with
   */
  async start(init: AgentInit = {}): Promise<AgentProcess> {
    const player = new Player({ ...LOOPBACK, ...init, home: init.home ?? this.home() }, this)
    this.#processes.push(player)
    await player.started()
    return player
  }

  /** An agent in the test's own process, for what cannot be asked through a socket. */
  async inside(init: AgentInit = {}): Promise<Agent> {
    const agent = await createAgent({ ...LOOPBACK, ...init })
    this.#agents.push(agent)
    return agent
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#agents.map((agent) => agent.stop({ graceMs: 0 })))
    await Promise.all(this.#processes.map((player) => player.kill()))
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true })
  }
}

interface Line {
  readonly type: 'started' | 'stopping' | 'failed'
  readonly id: string
  readonly name: string
  readonly addresses: readonly string[]
  readonly error: ErrorRecord
}

class Player implements AgentProcess {
  id = ''
  name = ''
  address = ''
  readonly pid: number
  readonly home: string
  readonly #stage: Stage
  readonly #init: AgentInit
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  #api: AgentApi | undefined
  #complaint = ''

  constructor(init: AgentInit & { readonly home: string }, stage: Stage) {
    const script = fileURLToPath(new URL('./agent-process.ts', import.meta.url))
    const args = ['--conditions=source', script, JSON.stringify(init)]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.home = init.home
    this.#init = init
    this.#stage = stage
    this.#child = child
    this.pid = child.pid ?? -1
    child.stdin.on('error', () => undefined)
    child.stderr.on('data', (bytes: Buffer) => {
      this.#complaint = (this.#complaint + bytes.toString()).slice(-COMPLAINT_MAX)
    })
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  }

  get agent(): AgentApi {
    if (this.#api === undefined) throw new Error('the agent does not run')
    return this.#api
  }

  async started(): Promise<void> {
    const line = await this.#line(START_MS_MAX)
    if (line.type === 'failed') {
      await once(this.#child, 'exit')
      throw fromRecord(line.error)
    }
    this.id = line.id
    this.name = line.name
    this.address = line.addresses[0] ?? ''
    const running = await connectControl(this.home)
    if (running === undefined) throw new Error('the agent cannot be asked')
    this.#api = running.agent
  }

  async kill(): Promise<void> {
    if (this.#ended) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  async stop(): Promise<number | null> {
    if (this.#ended) return this.#child.exitCode
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const late = new AbortController()
    const ended = await Promise.race([
      gone.then(() => true),
      sleep(STOP_MS_MAX, false, { signal: late.signal }).catch(() => false)
    ])
    late.abort()
    if (!ended) throw new Error(`it did not end within ${STOP_MS_MAX} ms: ${this.#complaint}`)
    return this.#child.exitCode
  }

  restart(init: AgentInit = {}): Promise<AgentProcess> {
    return this.#stage.start({ ...this.#init, ...init })
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  async #line(msMax: number): Promise<Line> {
    const late = new AbortController()
    const silence = sleep(msMax, undefined, { signal: late.signal }).catch(() => undefined)
    const line = await Promise.race([this.#lines.next(), silence])
    late.abort()
    if (line === undefined) throw new Error(`silent for ${msMax} ms: ${this.#complaint}`)
    if (line.done === true) throw new Error(`it ended early: ${this.#complaint}`)
    return JSON.parse(line.value) as Line
  }
}

/** A skill of the scenarios, by the name of its file. */
export const skill = (name: string): string =>
  fileURLToPath(new URL(`../scenario/skills/${name}.ts`, import.meta.url))

/** Wait until a condition holds. @throws Error saying what did not come true */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  msMax = UNTIL_MS_MAX
): Promise<void> {
  const end = performance.now() + msMax
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${msMax} ms: ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}

/** Follow a task to its end; resolves when the first event of a type has come. */
export function reached(task: SubmittedTask, type: TaskEvent['type']): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const follow = async (): Promise<void> => {
    for await (const event of task) if (event.type === type) resolve()
    reject(new Error(`the task ended without "${type}"`))
  }
  follow().catch(reject)
  return promise
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A dead child that nobody has waited for yet still has its number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Every process below one, parents first; Linux only. */
export function below(pid: number): number[] {
  const found: number[] = []
  for (const thread of tryRead(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
    const text = tryRead(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')) ?? ''
    for (const child of text.split(' ').filter((part) => part.trim() !== '')) {
      found.push(Number(child), ...below(Number(child)))
    }
  }
  return found
}

/** The process below an agent that uses the processor all the time; Linux only. */
export async function spinningBelow(agent: number): Promise<number> {
  const before = new Map(below(agent).map((pid) => [pid, ticksOf(pid)]))
  let busiest: number | undefined
  await until('a process below the agent spins', () => {
    busiest = [...before.keys()].find((pid) => ticksOf(pid) - (before.get(pid) ?? 0) >= SPIN_TICKS)
    return busiest !== undefined
  })
  return busiest ?? -1
}

/** Processor time of a process, in hundredths of a second. */
function ticksOf(pid: number): number {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? ''
  // The second field is the program's name in brackets, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
}

/** The most memory a process ever had resident, bytes; Linux only. */
export function peakBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
