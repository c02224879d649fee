/**
 * Room for work: admitted tasks come in, wait their turn, run in a sandbox and leave as outcomes.
 */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import type { Isolation } from '../protocol/message/result.ts'
import type { Priority } from '../protocol/message/task.ts'
import { checkState } from './check-state.ts'
import { createTaskFetch } from './fetch-broker.ts'
import type { Lane } from './lane.ts'
import { Queue } from './queue.ts'
import type { Skill } from './registry.ts'
import { refusal } from './refusal.ts'
import { run } from './runner.ts'
import type { Running } from './runner.ts'
import { runnerEntry } from './runner-entry.ts'
import type { Sandbox } from './sandbox.ts'
import { ServiceTimes } from './service-times.ts'
import { shed } from './shed.ts'
import { Shelf } from './shelf.ts'
import { Shelter } from './shelter.ts'
import { expired } from './tell.ts'
import type { Outcome, SkillOffer, SkillSource, Work, WorkLog, Workshop } from './work.ts'

export interface WorkshopOptions {
  readonly skills: readonly SkillSource[]
  /** The agent's home: no skill may read it. */
  readonly home?: string
  /** Tasks that run at once. */
  readonly capacity: number
  /** Tasks of one peer that may wait; of all peers, twice as many. */
  readonly queue: number
  /** Refuse to run skills below this level. Default `process`. */
  readonly minIsolation?: Isolation
  readonly log: WorkLog
  /** ms since 1970 */
  readonly now: () => number
  /** Milliseconds that only go forward, for durations. */
  readonly elapsed?: () => number
  /** From 0 up to 1, for the jitter of waits; always 0 by default. */
  readonly chance?: () => number
}

/** One task in the house. */
interface Entry {
  readonly work: Work
  readonly lane: Lane<Entry>
  readonly priority: Priority
  readonly cost: number
  readonly skill: Skill
  readonly accepted: number
  readonly deadline: number
  readonly resolve: (outcome: Outcome) => void
  readonly onAbort: () => void
  /** `starting`: has its turn, and waits for a runner. */
  state: 'queued' | 'starting' | 'running' | 'over'
  /** Ends the wait at the deadline. */
  timer?: NodeJS.Timeout
  running?: Running
}

/**
 * Spawns one runner for every skill before it returns, so that they load while the agent starts.
 *
 * @throws PeerworkError `BAD_OPTION` without a file, `SKILL_EXPOSES_HOME`, `ISOLATION_UNAVAILABLE`
 */
export function createWorkshop(options: WorkshopOptions): Workshop {
  return new House(options)
}

class House implements Workshop {
  readonly #options: WorkshopOptions
  readonly #elapsed: () => number
  readonly #shelter: Shelter
  readonly #shelf: Shelf
  readonly #queue: Queue<Entry>
  readonly #times = new ServiceTimes()
  readonly #tasks = new Map<string, Entry>()
  #running = 0
  #closing = false
  #idle: PromiseWithResolvers<void> | undefined

  constructor(options: WorkshopOptions) {
    this.#options = options
    this.#elapsed = options.elapsed ?? (() => performance.now())
    this.#queue = new Queue(options.queue)
    const { home, log, minIsolation = 'process', skills, capacity } = options
    this.#shelter = new Shelter({ entry: runnerEntry(), home, minIsolation, log })
    const elapsed = this.#elapsed
    this.#shelf = new Shelf(skills, { shelter: this.#shelter, capacity, log, elapsed })
  }

  get isolation(): Isolation {
    return this.#shelter.isolation
  }

  ready(): Promise<void> {
    return this.#shelf.ready()
  }

  offers(): readonly SkillOffer[] {
    return this.#shelf.offers()
  }

  change(sources: readonly SkillSource[]): Promise<void> {
    return this.#shelf.change(sources)
  }

  load(): { running: number; queued: number; capacity: number } {
    const { capacity } = this.#options
    return { running: this.#running, queued: this.#queue.size, capacity }
  }

  take(work: Work): { ahead: number; outcome: Promise<Outcome> } {
    if (this.#closing) throw new PeerworkError('SHUTTING_DOWN', 'the agent is stopping')
    const skill = this.#shelf.get(work.skill)
    const lane = this.#queue.lane(work.from, work.share)
    const ahead = this.#check(work, skill, lane)
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const entry = this.#enter({ work, skill, lane, resolve })
    if (entry.state === 'queued') {
      if (ahead !== undefined) this.#queue.push(lane, entry)
      else {
        this.#queue.begin(lane, entry.cost)
        this.#start(entry)
      }
    }
    this.#watch(entry)
    return { ahead: ahead ?? 0, outcome: promise }
  }

  waiting(): { peers: number; longestMs: number } {
    return this.#queue.waiting(this.#elapsed())
  }

  async drain(graceMs: number): Promise<void> {
    this.#closing = true
    if (this.#tasks.size === 0) return
    this.#idle ??= Promise.withResolvers<void>()
    const timer = setTimeout(() => this.#cancelAll(), graceMs)
    await this.#idle.promise
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    this.#cancelAll()
    await this.#shelf.close()
  }

  /** Tasks ahead of it, when it has to wait. */
  #check(work: Work, skill: Skill, lane: Lane<Entry>): number | undefined {
    const ahead = this.#running < this.#options.capacity ? undefined : this.#shed(work, lane)
    if (this.#tasks.has(work.id)) {
      throw new PeerworkError('REPLAYED', `task ${work.id} is already here`)
    }
    const fault = skill.checkInput(parseJson(work.input))
    if (fault !== undefined) throw new PeerworkError('INPUT_INVALID', `input ${fault}`)
    if (work.state !== undefined) checkState(work.state)
    return ahead
  }

  #shed(work: Work, lane: Lane<Entry>): number {
    const { capacity, chance = () => 0 } = this.#options
    return shed(work, lane, { queue: this.#queue, capacity, meanMs: this.#times.meanMs, chance })
  }

  #enter({
    work,
    skill,
    lane,
    resolve
  }: Pick<Entry, 'work' | 'skill' | 'lane' | 'resolve'>): Entry {
    const accepted = this.#elapsed()
    const { signal } = work
    const entry: Entry = {
      work,
      lane,
      priority: work.priority ?? 'normal',
      cost: this.#times.of(skill),
      skill,
      accepted,
      deadline: accepted + work.budget.wallMs,
      resolve,
      onAbort: () => this.#cancel(entry, signal.reason),
      state: 'queued'
    }
    this.#tasks.set(work.id, entry)
    this.#shelf.hold(skill)
    if (signal.aborted) entry.onAbort()
    else signal.addEventListener('abort', entry.onAbort, { once: true })
    return entry
  }

  #cancel(entry: Entry, reason: unknown): void {
    if (entry.state === 'running') entry.running?.cancel(reason)
    else this.#leave(entry, reason)
  }

  #settle(entry: Entry, outcome: Outcome): void {
    entry.state = 'over'
    clearTimeout(entry.timer)
    entry.work.signal.removeEventListener('abort', entry.onAbort)
    this.#tasks.delete(entry.work.id)
    this.#shelf.release(entry.skill)
    if (this.#tasks.size === 0) this.#idle?.resolve()
    entry.resolve(outcome)
  }

  /** Start what there is room for. */
  #next(): void {
    while (this.#running < this.#options.capacity) {
      const entry = this.#queue.shift()
      if (entry === undefined) return
      this.#start(entry)
    }
  }

  #start(entry: Entry): void {
    this.#running++
    entry.state = 'starting'
    this.#begin(entry)
  }

  #begin(entry: Entry): void {
    try {
      const sandbox = entry.skill.pool.take()
      if (!(sandbox instanceof Promise)) return this.#run(entry, sandbox)
      sandbox
        .then((box) => {
          if (entry.state === 'starting') return this.#run(entry, box)
          entry.skill.pool.give(box)
          this.#end(entry)
        })
        .catch((error: unknown) => this.#notBegun(entry, error))
    } catch (error) {
      this.#notBegun(entry, error)
    }
  }

  /** A fault of ours, too, ends this task alone, and is no wish of its requester. */
  #notBegun(entry: Entry, error: unknown): void {
    this.#end(entry, refusal(toPeerworkError(error), this.isolation))
  }

  #run(entry: Entry, sandbox: Sandbox): void {
    const { work, skill, accepted } = entry
    entry.state = 'running'
    clearTimeout(entry.timer)
    const started = this.#elapsed()
    const own = started + (skill.loaded.timeoutMs ?? Number.POSITIVE_INFINITY)
    const running = run(work, sandbox, {
      checkOutput: skill.checkOutput,
      accepted,
      deadline: Math.min(entry.deadline, own),
      fetch: (send, watch) => createTaskFetch(skill.broker, send, watch),
      log: this.#options.log,
      elapsed: this.#elapsed
    })
    entry.running = running
    // Canceled while it began.
    if (work.signal.aborted) entry.onAbort()
    void running.outcome.then((result) => {
      skill.pool.give(sandbox)
      const tookMs = this.#elapsed() - started
      this.#times.learn(skill, tookMs)
      this.#end(entry, result, tookMs)
    })
  }

  #end(entry: Entry, outcome?: Outcome, tookMs = 0): void {
    this.#running--
    this.#queue.end(entry.lane, entry.cost, tookMs)
    if (outcome !== undefined && entry.state !== 'over') this.#settle(entry, outcome)
    this.#next()
  }

  #leave(entry: Entry, reason: unknown): void {
    if (entry.state !== 'queued' && entry.state !== 'starting') return
    if (entry.state === 'queued') this.#queue.remove(entry.lane, entry)
    this.#settle(entry, refusal(reason, this.isolation))
  }

  /** While it waits, nobody else watches its deadline. */
  #watch(entry: Entry): void {
    if (entry.state !== 'queued' && entry.state !== 'starting') return
    const { wallMs } = entry.work.budget
    entry.timer = setTimeout(() => {
      const error = new PeerworkError('DEADLINE_EXCEEDED', `no room to run within ${wallMs} ms`)
      entry.work.on.tell(expired(wallMs))
      this.#leave(entry, error)
    }, wallMs)
  }

  #cancelAll(): void {
    const reason = new PeerworkError('SHUTTING_DOWN', 'the agent is stopping')
    for (const entry of this.#tasks.values()) this.#cancel(entry, reason)
  }
}
