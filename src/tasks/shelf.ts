/**
 * The skills on offer: opened in pools of runners, loaded, and exchanged while the agent works.
 *
 * A skill that goes is offered no more at once, but its pool stays until the last task that was
 * accepted for it is over.
 */

import { statSync } from 'node:fs'
import { PeerworkError } from '../protocol/errors.ts'
import { compileHosts } from './address-guard.ts'
import { createHttpAgents } from './http-exchange.ts'
import { Pool } from './pool.ts'
import type { Skill } from './registry.ts'
import { checkLoaded, offerOf, Registry } from './registry.ts'
import type { Reach } from './sandbox-reach.ts'
import { reachOf } from './sandbox-reach.ts'
import type { Shelter } from './shelter.ts'
import type { SkillOffer, SkillSource, WorkLog } from './work.ts'

export interface ShelfInit {
  readonly shelter: Shelter
  /** Tasks that run at once, so runners of one skill at most. */
  readonly capacity: number
  readonly log: WorkLog
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

interface Slot {
  readonly source: SkillSource
  /** Equal for the same source, as long as its file stays as it is. */
  readonly mark: string
  readonly pool: Pool
  skill?: Skill
}

export class Shelf {
  readonly #init: ShelfInit
  readonly #ready: Promise<void>
  /** Accepted tasks of each skill that are not over, count. */
  readonly #users = new Map<Skill, number>()
  readonly #retired = new Map<Skill, Slot>()
  #slots: readonly Slot[]
  #registry = new Registry()
  #closed = false

  /** Spawns one runner for every skill before it returns. @throws what `reachOf` and `Pool` do */
  constructor(sources: readonly SkillSource[], init: ShelfInit) {
    this.#init = init
    this.#slots = this.#open(sources)
    this.#ready = this.#stock(this.#slots)
    this.#ready.catch(() => undefined)
  }

  /** Resolves when every first skill is loaded. Rejects with the first that is not. */
  ready(): Promise<void> {
    return this.#ready
  }

  offers(): readonly SkillOffer[] {
    return this.#registry.offers()
  }

  /** @throws PeerworkError `SKILL_UNKNOWN` */
  get(name: string): Skill {
    return this.#registry.get(name)
  }

  /**
   * Offer these skills instead. One whose source and file are as before keeps its runners; the
   * others are loaded first, and when one of them fails nothing has changed.
   *
   * @throws PeerworkError `SKILL_LOAD_FAILED`, `SKILL_INVALID`, `SKILL_DUPLICATE`, …
   */
  async change(sources: readonly SkillSource[]): Promise<void> {
    await this.#ready
    const old = [...this.#slots]
    const kept = sources.map((source) => {
      const at = old.findIndex(({ mark }) => mark === markOf(source))
      return at < 0 ? undefined : old.splice(at, 1)[0]
    })
    const fresh = this.#open(sources.filter((_, at) => kept[at] === undefined))
    const rest = [...fresh]
    const slots = kept.flatMap((slot) => slot ?? rest.shift() ?? [])
    try {
      await this.#stock(slots)
    } catch (error) {
      await Promise.all(fresh.map(({ pool }) => pool.close()))
      throw error
    }
    this.#slots = slots
    for (const slot of old) this.#retire(slot)
  }

  /** A task was accepted for this skill. */
  hold(skill: Skill): void {
    this.#users.set(skill, (this.#users.get(skill) ?? 0) + 1)
  }

  /** That task is over, and its runner given back. */
  release(skill: Skill): void {
    const left = (this.#users.get(skill) ?? 1) - 1
    if (left > 0) this.#users.set(skill, left)
    else this.#users.delete(skill)
    const slot = left > 0 ? undefined : this.#retired.get(skill)
    if (slot !== undefined) void this.#end(slot)
  }

  /** Resolves when no runner is left. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#slots, ...this.#retired.values()].map((slot) => this.#end(slot)))
  }

  #open(sources: readonly SkillSource[]): Slot[] {
    const { shelter, capacity: size, log, elapsed } = this.#init
    const { entry, home } = shelter
    // All places first: a skill that has none must not leave runners of others behind.
    const reaches = sources.map((source): [SkillSource, Reach] => {
      return [source, reachOf(source.file, entry, home)]
    })
    return reaches.map(([source, reach]) => {
      const pool = new Pool({ source, reach, shelter, size, log, elapsed })
      return { source, mark: markOf(source), pool }
    })
  }

  /** Load what is not loaded, and put all of it in the registry, or nothing. */
  async #stock(slots: readonly Slot[]): Promise<void> {
    // Imported while the runners start: at the top it would delay their start.
    const { compileSchema } = await import('./schema.ts')
    const registry = new Registry()
    for (const slot of slots) {
      slot.skill ??= await load(slot, compileSchema)
      registry.add(slot.skill)
    }
    if (this.#closed) throw new PeerworkError('SHUTTING_DOWN', 'the agent is stopping')
    this.#registry = registry
  }

  #retire(slot: Slot): void {
    const { skill } = slot
    if (skill !== undefined && this.#users.has(skill)) this.#retired.set(skill, slot)
    else void this.#end(slot)
  }

  async #end({ skill, pool }: Slot): Promise<void> {
    skill?.broker.agents.close()
    if (skill !== undefined) this.#retired.delete(skill)
    await pool.close()
  }
}

type Compile = typeof import('./schema.ts').compileSchema

async function load({ source, pool }: Slot, compileSchema: Compile): Promise<Skill> {
  const { file } = source
  const described = await pool.loaded.catch((error: unknown) => {
    if (!(error instanceof PeerworkError)) throw error
    throw new PeerworkError(error.code, `${file}: ${error.message}`, error.facts)
  })
  const loaded = checkLoaded(described, file)
  const checkInput = compileSchema(loaded.input)
  const checkOutput = compileSchema(loaded.output)
  const broker = { hosts: compileHosts(loaded.hosts), agents: createHttpAgents() }
  return { loaded, offer: offerOf(loaded), pool, broker, checkInput, checkOutput }
}

/** Touching a skill's file makes it another one: what it imports is not looked at. */
function markOf({ file, config, secrets }: SkillSource): string {
  const path = file.startsWith('file:') ? new URL(file) : file
  const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 }
  return JSON.stringify([file, config, secrets, mtimeMs, size])
}
