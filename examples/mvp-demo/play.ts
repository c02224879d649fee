/**
 * The plot: observer first, then both agents at once, one task; when that is wanted, an observer
 * from outside comes and is asked; and everybody leaves.
 */

import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Report } from './cast.ts'
import { Cast } from './cast.ts'
import type { Homes } from './homes.ts'
import { makeHomes } from './homes.ts'
import type { Message, Role } from './messages.ts'
import type { Options } from './options.ts'
import type { Outside, Seen } from './outside.ts'

/** For an agent to be up, ms: a hundred times what it takes. */
const START_MS_MAX = 30_000
/** For the work itself, ms, after the peer was found. */
const WORK_MS_MAX = 60_000
/** For the observer to have heard both sides, ms: four times the wait of a trace batch. */
const HEAR_MS_MAX = 2_000

export type Said<T extends Message['type']> = Extract<Message, { type: T }>

/** What has happened so far. Times are ms since the two agents were started. */
export interface Plot {
  readonly options: Options
  readonly network: string
  readonly ids: Readonly<Record<Role, string>>
  readonly at: Map<string, number>
  readonly seen: Said<'observed'>[]
  trace: string | undefined
  result: Said<'result'> | undefined
  /** What an observer from outside answered. */
  outside: Seen | undefined
}

/** Told of everything as it happens; decides nothing. */
export interface Audience {
  opens(plot: Plot): void
  heard(plot: Plot, role: Role, message: Message): void
}

export class Play implements AsyncDisposable {
  readonly plot: Plot
  readonly #audience: Audience
  readonly #homes: Homes
  readonly #cast: Cast
  readonly #failed = Promise.withResolvers<never>()
  readonly #waiting = new Set<() => void>()
  #agentsStarted = 0
  #outside: Outside | undefined

  constructor(options: Options, audience: Audience) {
    this.#audience = audience
    this.#homes = makeHomes()
    this.#cast = new Cast((report) => this.#hear(report))
    this.#failed.promise.catch(() => undefined)
    const network = options.network ?? `demo-${randomBytes(4).toString('hex')}`
    const { ids } = this.#homes
    const nothing = { trace: undefined, result: undefined, outside: undefined }
    this.plot = { options, network, ids, at: new Map(), seen: [], ...nothing }
  }

  /** @throws Error that says what went wrong, and what to try */
  async run(): Promise<void> {
    const { plot } = this
    const { waitMs, bootstrap } = plot.options
    this.#audience.opens(plot)
    this.#start('observer', [])
    await this.#until(() => plot.at.has('observer started'), START_MS_MAX, 'the observer to start')
    this.#agentsStarted = performance.now()
    // Without multicast the observer's address is the one thing that both agents are told.
    const way = bootstrap ? this.#observerAt : []
    this.#start('alice', way)
    this.#start('bob', way)
    const both = (): boolean => plot.at.has('alice started') && plot.at.has('bob started')
    await this.#until(both, START_MS_MAX, 'the agents to start')
    const limit = waitMs + WORK_MS_MAX
    await this.#until(() => plot.result !== undefined, limit, 'the result')
    await this.#until(() => this.#heardBoth(), HEAR_MS_MAX, 'traces of both sides')
    plot.at.set('both observed', this.#now())
    if (plot.options.observe) plot.outside = await this.#lookFromOutside()
  }

  /**
   * Everybody leaves; homes and keys are removed. Called twice, it does nothing more. A play that
   * still runs is over: it waits for nobody any more, and sends nobody else on.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#failed.reject(new Error('the play is over'))
    await Promise.all([this.#cast.leave(), this.#outside?.[Symbol.asyncDispose]()])
    this.#homes[Symbol.dispose]()
  }

  /** The same without waiting, for the last moment of this process. */
  abandon(): void {
    this.#cast.kill()
    this.#outside?.kill()
    this.#homes[Symbol.dispose]()
  }

  async #lookFromOutside(): Promise<Seen> {
    const { network, trace = '', options } = this.plot
    const bootstrap = options.bootstrap ? this.#observerAt : []
    const { Outside: Made } = await import('./outside.ts')
    this.#outside = new Made({ home: this.#homes.outside, network, bootstrap, trace })
    return Promise.race([this.#outside.look(), this.#failed.promise])
  }

  #observerAt: readonly string[] = []

  #start(role: Role, bootstrap: readonly string[]): void {
    const { of, ids } = this.#homes
    const { network, options } = this.plot
    const { waitMs } = options
    const file = resolve(options.file)
    const home = of[role]
    this.#cast.start({
      role,
      home,
      network,
      bootstrap,
      file,
      waitMs,
      alice: ids.alice,
      bob: ids.bob
    })
  }

  #now(): number {
    return performance.now() - this.#agentsStarted
  }

  #hear(report: Report): void {
    const { plot } = this
    const { role } = report
    if (report.type === 'died') {
      this.#failed.reject(new Error(`${role} ${report.how}`))
      return
    }
    const { message } = report
    const mark = message.type === 'started' ? `${role} started` : message.type
    if (!plot.at.has(mark)) plot.at.set(mark, this.#now())
    if (message.type === 'started' && role === 'observer') this.#observerAt = message.addresses
    else if (message.type === 'submitted') plot.trace = message.trace
    else if (message.type === 'result') plot.result = message
    else if (message.type === 'observed') plot.seen.push(message)
    this.#audience.heard(plot, role, message)
    if (message.type === 'failed') this.#failed.reject(new Failure(role, message))
    for (const look of this.#waiting) look()
  }

  #heardBoth(): boolean {
    const ends = this.plot.seen.filter(
      ({ trace, event }) => trace === this.plot.trace && event === 'task.completed'
    )
    return new Set(ends.map(({ side }) => side)).size === 2
  }

  async #until(holds: () => boolean, limitMs: number, what: string): Promise<void> {
    const done = Promise.withResolvers<void>()
    const look = (): void => {
      if (holds()) done.resolve()
    }
    const timer = setTimeout(() => {
      done.reject(new Error(`waited ${limitMs / 1000} s in vain for ${what}`))
    }, limitMs)
    this.#waiting.add(look)
    look()
    try {
      await Promise.race([done.promise, this.#failed.promise])
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(look)
    }
  }
}

/** What an agent failed with, in its own words. */
export class Failure extends Error {
  readonly code: string
  readonly hint: string

  constructor(role: Role, { error }: Said<'failed'>) {
    super(`${role}: ${error.message}`)
    this.code = error.code
    this.hint = error.hint ?? ''
  }
}
