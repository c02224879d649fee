/**
 * The runners of one skill: one is always warm, more are started while work waits, and extras
 * without work are closed after a while.
 */

import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import {
  MEMORY_MB,
  MEMORY_MB_MAX,
  RESPAWN_MS,
  RESPAWN_MS_MAX,
  RUNNER_IDLE_MS,
  RUNNER_LIFE_MS,
  RUNNER_TASKS_MAX
} from './limits.ts'
import type { Reach } from './sandbox-reach.ts'
import type { LoadedSkill } from './sandbox-messages.ts'
import { Sandbox } from './sandbox.ts'
import type { Shelter } from './shelter.ts'
import { SkillText } from './skill-text.ts'
import type { SkillSource, WorkLog } from './work.ts'

export interface PoolInit {
  readonly source: SkillSource
  readonly reach: Reach
  readonly shelter: Shelter
  /** Runners at most. */
  readonly size: number
  readonly log: WorkLog
  readonly elapsed: () => number
}

export class Pool {
  /** The skill as the first runner described it. */
  readonly loaded: Promise<LoadedSkill>
  readonly #init: PoolInit
  readonly #text: SkillText
  readonly #boxes = new Set<Sandbox>()
  /** Tasks given to a runner, begun or about to. */
  readonly #held = new Map<Sandbox, number>()
  readonly #idle = new Map<Sandbox, NodeJS.Timeout>()
  /** Since when each has been without work, by `elapsed`. */
  readonly #rested = new Map<Sandbox, number>()
  readonly #waiting: PromiseWithResolvers<Sandbox>[] = []
  readonly #closing = new Set<Promise<unknown>>()
  #learning: Promise<void> | undefined
  #memoryMb: number
  #concurrency = 1
  #failures = 0
  #lastError: PeerworkError | undefined
  #retryAt = 0
  #respawn: NodeJS.Timeout | undefined
  #closed = false

  /** Starts the first runner at once. */
  constructor(init: PoolInit) {
    this.#init = init
    this.#text = new SkillText(init.reach.file)
    this.#memoryMb = memoryHint(init.reach.file)
    this.loaded = this.#first()
    this.loaded.catch(() => undefined)
  }

  /** Processes that are there, for tests and status. */
  get pids(): readonly number[] {
    return [...this.#boxes].map((box) => box.pid)
  }

  /**
   * A runner with room, at once if there is one. Every runner taken must be given back.
   *
   * @throws PeerworkError `SKILL_CRASHED` when none can be started
   */
  take(): Sandbox | Promise<Sandbox> {
    if (this.#closed) throw new PeerworkError('SHUTTING_DOWN', 'the agent is stopping')
    for (const box of this.#boxes) {
      if (box.ready && !box.tired && this.#room(box)) return this.#hold(box)
    }
    const starting = [...this.#boxes].filter((box) => !box.ready && !box.tired).length
    const room = this.#usable() < this.#init.size
    if (room && starting * this.#concurrency <= this.#waiting.length) this.#grow()
    if (this.#usable() === 0) {
      const why = this.#lastError?.message ?? 'it does not start'
      throw new PeerworkError('SKILL_CRASHED', `no runner for the skill: ${why}`)
    }
    const turn = Promise.withResolvers<Sandbox>()
    this.#waiting.push(turn)
    return turn.promise
  }

  give(box: Sandbox): void {
    this.#held.set(box, Math.max(0, (this.#held.get(box) ?? 1) - 1))
    if (this.#worn(box)) this.#retire(box)
    this.#serve()
    if (this.#held.get(box) === 0 && this.#boxes.has(box)) this.#rest(box)
  }

  /** Ends every runner. Resolves when no process is left. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#respawn)
    const error = new PeerworkError('SHUTTING_DOWN', 'the agent is stopping')
    for (const turn of this.#waiting.splice(0)) turn.reject(error)
    for (const timer of this.#idle.values()) clearTimeout(timer)
    const ends = [...this.#boxes].map((box) => box.close())
    await Promise.all([...ends, ...this.#closing, this.#learning])
  }

  /** The first runner, with the isolation that works here and the memory the skill asks for. */
  async #first(): Promise<LoadedSkill> {
    for (let box = this.#spawn(); ; box = this.#spawn()) {
      const skill = await this.#skillOf(box)
      if (skill === undefined) continue
      this.#concurrency = Math.max(1, skill.concurrency)
      if (skill.memoryMb === this.#memoryMb) return skill
      this.#memoryMb = Math.min(skill.memoryMb, MEMORY_MB_MAX)
      this.#drop(box)
    }
  }

  async #skillOf(box: Sandbox): Promise<LoadedSkill | undefined> {
    try {
      return await box.loaded
    } catch (error) {
      const { code, signal } = await box.exited
      // Without files or memory to start it, bubblewrap was not even asked; nor is it to blame for
      // a runner that we closed.
      const asked = (code !== null || signal !== null) && !this.#closed
      const again = asked && !box.greeted && this.#init.shelter.failed(box.isolation, String(error))
      if (again) return undefined
      throw error
    }
  }

  #spawn(): Sandbox {
    const { shelter, reach, source, log, elapsed } = this.#init
    const box = new Sandbox({
      command: shelter.command(reach, this.#memoryMb),
      isolation: shelter.isolation,
      memoryMb: this.#memoryMb,
      file: pathToFileURL(reach.file).href,
      text: this.#text.read(),
      config: source.config ?? null,
      secrets: source.secrets ?? {},
      log,
      elapsed
    })
    this.#boxes.add(box)
    box.loaded.then(
      () => this.#arrived(box),
      (error: unknown) => this.#failed(box, error)
    )
    // `exited` never rejects, and `#gone` does not throw.
    void box.exited.then(() => this.#gone(box))
    return box
  }

  #arrived(box: Sandbox): void {
    this.#failures = 0
    this.#lastError = undefined
    this.#init.shelter.proved(box.isolation)
    this.#learning ??= this.#text.learn()
    this.#serve()
    if ((this.#held.get(box) ?? 0) === 0) this.#rest(box)
  }

  /** It did not load. Nobody waits for the next attempt: that could fail as well. */
  #failed(box: Sandbox, error: unknown): void {
    box.kill()
    this.#boxes.delete(box)
    this.#pause(toPeerworkError(error))
  }

  #pause(error: PeerworkError): void {
    this.#failures++
    this.#lastError = error
    const pause = Math.min(RESPAWN_MS_MAX, RESPAWN_MS * 2 ** Math.min(this.#failures, 20))
    this.#retryAt = this.#init.elapsed() + pause
    if (this.#usable() > 0) return
    const refusal = new PeerworkError('SKILL_CRASHED', `cannot start: ${error.message}`)
    for (const turn of this.#waiting.splice(0)) turn.reject(refusal)
  }

  #gone(box: Sandbox): void {
    this.#boxes.delete(box)
    this.#held.delete(box)
    this.#rested.delete(box)
    clearTimeout(this.#idle.get(box))
    this.#idle.delete(box)
    if (box.greeted && this.#failures === 0) this.#keepWarm()
  }

  #keepWarm(): void {
    if (this.#closed || this.#usable() > 0) return
    this.#grow()
  }

  /** Never throws: it is called where nobody could catch. */
  #grow(): void {
    const wait = this.#retryAt - this.#init.elapsed()
    if (this.#failures === 0 || wait <= 0) {
      try {
        this.#spawn()
      } catch (error) {
        this.#pause(toPeerworkError(error))
      }
      return
    }
    this.#respawn ??= setTimeout(() => {
      this.#respawn = undefined
      this.#keepWarm()
    }, wait).unref()
  }

  #serve(): void {
    for (const box of this.#boxes) {
      while (box.ready && !box.tired && this.#room(box)) {
        const turn = this.#waiting.shift()
        if (turn === undefined) return
        turn.resolve(this.#hold(box))
      }
    }
    if (this.#waiting.length > 0) this.#keepWarm()
  }

  #usable(): number {
    return [...this.#boxes].filter((box) => !box.tired).length
  }

  #room(box: Sandbox): boolean {
    return (this.#held.get(box) ?? 0) < this.#concurrency
  }

  #hold(box: Sandbox): Sandbox {
    this.#held.set(box, (this.#held.get(box) ?? 0) + 1)
    return box
  }

  #worn(box: Sandbox): boolean {
    const age = this.#init.elapsed() - box.born
    return box.tired || (box.begun >= RUNNER_TASKS_MAX && age >= RUNNER_LIFE_MS)
  }

  /** No new tasks; ended when its last task is over. */
  #retire(box: Sandbox): void {
    box.tired = true
    if ((this.#held.get(box) ?? 0) === 0) this.#drop(box)
    this.#keepWarm()
  }

  #drop(box: Sandbox): void {
    this.#boxes.delete(box)
    this.#held.delete(box)
    const end = box.close()
    this.#closing.add(end)
    end.finally(() => this.#closing.delete(end)).catch(() => undefined)
  }

  /** Its timer goes on while it works, and then looks again: a timer less for every task. */
  #rest(box: Sandbox): void {
    this.#rested.set(box, this.#init.elapsed())
    if (!this.#closed && !this.#idle.has(box)) this.#lookIn(box, RUNNER_IDLE_MS)
  }

  #lookIn(box: Sandbox, ms: number): void {
    const timer = setTimeout(() => {
      this.#idle.delete(box)
      if ((this.#held.get(box) ?? 0) > 0) return
      const left = RUNNER_IDLE_MS - (this.#init.elapsed() - (this.#rested.get(box) ?? 0))
      if (left > 0) this.#lookIn(box, left)
      else if (this.#usable() > 1) this.#drop(box)
    }, ms).unref()
    this.#idle.set(box, timer)
  }
}

/**
 * What the skill's source says of `memoryMb`, so that the first runner usually starts with the
 * right heap. Only a guess: the loaded definition decides, and costs a restart where they differ.
 */
function memoryHint(file: string): number {
  const written = /\bmemoryMb:\s*([0-9_]{1,6})\b/.exec(readFileSync(file, 'utf8'))?.[1]
  const memoryMb = Number(written?.replaceAll('_', '') ?? MEMORY_MB)
  return memoryMb > 0 && memoryMb <= MEMORY_MB_MAX ? memoryMb : MEMORY_MB
}
