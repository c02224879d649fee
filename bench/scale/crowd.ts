/**
 * A crowd: many agents on this machine, several in each process, over real sockets.
 *
 * The first one is the bootstrap peer of all others and has a process for itself; nothing else is
 * special about it. Nobody has a home, so nothing is written but the skills.
 */

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { AgentInit } from 'peerwork'
import type { Answered, Member, Order, Reply, View } from './host.ts'
import { writeSkill } from './skills.ts'

/** Agents in one process, count. */
const TOGETHER = 20
/** Between two looks at a crowd that forms, ms. */
const LOOK_EVERY_MS = 300
/** Peers that each agent has at least in the end, when there are as many. */
const PEERS_MIN = 8

const SCRIPT = fileURLToPath(new URL('./host.ts', import.meta.url))

class HostProcess {
  readonly #child: ChildProcess

  constructor() {
    const execArgv = ['--conditions=source', '--expose-gc']
    this.#child = fork(SCRIPT, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  async tell<Type extends Order['type']>(
    order: Extract<Order, { type: Type }>
  ): Promise<Reply[Type]> {
    const gone = new AbortController()
    const answer = once(this.#child, 'message', { signal: gone.signal })
    const onExit = (): void => gone.abort(new Error('a process of the crowd ended'))
    this.#child.once('exit', onExit)
    this.#child.send(order)
    const [said] = (await answer) as [{ reply: Reply[Type]; error?: string }]
    this.#child.off('exit', onExit)
    if (said.error !== undefined) throw new Error(said.error)
    return said.reply
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}

export interface Formed {
  /** From the call to a network in one piece: from each agent there is a way to each other, ms. */
  readonly oneMs: number
  /** Until everybody has company, `PEERS_MIN` or all others, ms. */
  readonly ms: number
  /** Of that, until every agent had started and its skill was loaded, ms. */
  readonly startedMs: number
}

export class Crowd implements AsyncDisposable {
  readonly #size: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'peerwork-crowd-'))
  readonly #hosts: HostProcess[]
  readonly members: Member[] = []

  /** Starts the processes; agents come with `form`. */
  constructor(size: number) {
    this.#size = size
    const processes = 1 + Math.ceil((size - 1) / TOGETHER)
    this.#hosts = Array.from({ length: processes }, () => new HostProcess())
  }

  /** Every process has loaded its code. */
  async ready(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.tell({ type: 'look' })))
  }

  /**
   * Start all agents and wait until they are one network.
   *
   * @throws Error when that takes longer
   */
  async form(msMax: number): Promise<Formed> {
    const begin = performance.now()
    const names = Array.from({ length: this.#size }, (_, at) => `agent-${at}`)
    const [first = '', ...others] = names.map((name) => writeSkill(this.#folder, name))
    const [host, ...rest] = this.#hosts
    if (host === undefined) throw new Error('a crowd of nobody')
    const [guide] = await host.tell({ type: 'start', inits: [initOf(first)] })
    if (guide === undefined) throw new Error('no bootstrap peer')
    this.members.push(guide)
    const inits = others.map((file) => initOf(file, guide.address))
    const started = await Promise.all(
      rest.map((one, at) => {
        return one.tell({ type: 'start', inits: inits.slice(at * TOGETHER, (at + 1) * TOGETHER) })
      })
    )
    this.members.push(...started.flat())
    const startedMs = performance.now() - begin
    let oneMs: number | undefined
    for (;;) {
      const peers = (await this.look()).flatMap((view) => view.peers)
      const ms = performance.now() - begin
      if (this.#isOne(peers)) oneMs ??= ms
      const enough = Math.min(PEERS_MIN, this.#size - 1)
      const company = peers.every((ids) => ids.length >= enough)
      if (oneMs !== undefined && company) return { oneMs, ms, startedMs }
      if (ms > msMax) throw new Error(`no network of ${this.#size} within ${msMax} ms`)
      await sleep(LOOK_EVERY_MS)
    }
  }

  look(): Promise<View[]> {
    return Promise.all(this.#hosts.map((host) => host.tell({ type: 'look' })))
  }

  /**
   * Every agent asks others for the skill that only they have, by its name.
   *
   * @param each how many others each agent asks: those behind it, in the order of their start
   */
  async ask(each: number, msMax: number): Promise<Answered> {
    const all = this.members.map((_, at) =>
      Array.from({ length: each }, (_one, n) => {
        return `agent-${(at + stepOf(n, this.#size, each)) % this.#size}`
      })
    )
    const said = await Promise.all(
      this.#hosts.map((host, at) => {
        const skills = at === 0 ? all.slice(0, 1) : all.slice(first(at), first(at + 1))
        return host.tell({ type: 'ask', skills, msMax })
      })
    )
    return {
      asked: said.reduce((sum, one) => sum + one.asked, 0),
      answered: said.reduce((sum, one) => sum + one.answered, 0),
      times: said.flatMap(({ times }) => times).toSorted((one, other) => one - other),
      faults: said.flatMap(({ faults }) => faults)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.tell({ type: 'stop' }).catch(() => null)))
    await Promise.all(this.#hosts.map((host) => host.end()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** From the first there is a way to everybody. */
  #isOne(peers: readonly (readonly string[])[]): boolean {
    const by = new Map(this.members.map(({ id }, at) => [id, peers[at] ?? []]))
    const seen = new Set<string>()
    const next = [this.members[0]?.id ?? '']
    for (let id = next.pop(); id !== undefined; id = next.pop()) {
      if (seen.has(id)) continue
      seen.add(id)
      next.push(...(by.get(id) ?? []))
    }
    return seen.size >= this.#size
  }
}

/**
 * How far behind the asking agent the `n`-th is that it asks. Near and far take turns, so that of
 * two that ask each other the second finds the link of the first still there.
 */
function stepOf(n: number, size: number, each: number): number {
  const step = 1 + Math.floor((Math.floor(n / 2) * (size - 1)) / each)
  return n % 2 === 0 ? step : size - step
}

/** Which agent is the first of a process; the bootstrap peer has one for itself. */
const first = (process: number): number => 1 + (process - 1) * TOGETHER

function initOf(skill: string, bootstrap?: string): AgentInit {
  const name = /([^/]+)\.mjs$/.exec(skill)?.[1] ?? 'agent'
  return {
    ...{ name, preset: 'loopback', open: true, network: 'crowd', capacity: 1, skills: [skill] },
    ...(bootstrap !== undefined && { bootstrap: [bootstrap] })
  }
}
