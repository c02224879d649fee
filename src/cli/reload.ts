/**
 * Reading the configuration again while the agent runs: on SIGHUP, and when the file changes.
 *
 * The command line and the environment stay as they were at the start and still come before the
 * file. What cannot change in a running agent is said to need a restart. A file that cannot be
 * used, or is gone, leaves everything as it was, and that is said too.
 */

import type { Agent, AgentChanges } from '../node/api.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import type { Context, Given } from './command.ts'
import { stampOf } from './config/file.ts'
import type { Settings } from './config/settings.ts'
import { settle } from './config/settings.ts'
import { errorJson, showError } from './failure.ts'
import type { Notifier } from './service/notify.ts'
import { drainMsOf, upInit } from './up-init.ts'
import { UP_OPTIONS } from './up-options.ts'
import type { UpValues } from './up-options.ts'

/** How often the file is looked at, ms. Looking sees replaced files on every file system. */
const LOOK_EVERY_MS = 500

/** What a running agent can take over. */
const LIVE = new Set([
  ...[
    'allow',
    'allowFile',
    'open',
    'skills',
    'skillConfig',
    'quotas',
    'logLevel',
    'metrics',
    'drain'
  ]
])

export interface ReloadInit {
  readonly agent: Pick<Agent, 'change' | 'name'>
  readonly settings: Settings<typeof UP_OPTIONS>
  readonly given: Given<typeof UP_OPTIONS>
  readonly context: Context
  readonly notifier: Notifier
}

export class Reloader implements Disposable {
  readonly #init: ReloadInit
  /** What the agent runs with, by key. */
  readonly #running: Map<string, JsonValue | undefined>
  readonly #stop: (() => void) | undefined
  readonly #timer: NodeJS.Timeout
  #stamp: string
  #values: UpValues
  #found: boolean
  #last: Promise<void> = Promise.resolve()

  /** Listens from now on. */
  constructor(init: ReloadInit) {
    const { settings, context } = init
    this.#init = init
    this.#values = settings.values
    this.#found = settings.fileFound
    this.#running = new Map(settings.list.map(({ key, value }) => [key.name, value]))
    this.#stop = context.interrupts.onHangUp?.(() => this.#begin(true))
    this.#stamp = settings.stamp
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  /** How long running tasks may take to end, as it was said last, ms. */
  get drainMs(): number {
    return drainMsOf(this.#values)
  }

  [Symbol.dispose](): void {
    this.#stop?.()
    clearInterval(this.#timer)
  }

  #look(): void {
    const stamp = stampOf(this.#init.settings.file)
    if (stamp !== this.#stamp) this.#begin(false)
  }

  /** One after the other: two at once could tell in the wrong order. */
  #begin(asked: boolean): void {
    this.#stamp = stampOf(this.#init.settings.file)
    this.#last = this.#last.then(() => this.#reload(asked))
  }

  /** @param asked by SIGHUP, which also means files that the configuration names; never throws */
  async #reload(asked: boolean): Promise<void> {
    const { agent, notifier } = this.#init
    void notifier.reloading()
    try {
      const told = await this.#change(asked)
      this.#tell(told)
      void notifier.ready(`${agent.name} is up; ${sentence(told)}`)
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      this.#complain(error)
      void notifier.ready(`${agent.name} is up; its configuration was not taken: ${error.message}`)
    }
  }

  async #change(asked: boolean): Promise<Told> {
    const { agent, given, context, settings } = this.#init
    const { toOptions } = await import('../node/options.ts')
    const next = settle(UP_OPTIONS, given, context)
    if (this.#found && !next.fileFound) {
      throw new PeerworkError('BAD_OPTION', `${settings.file} is gone`, { file: settings.file })
    }
    const init = upInit(next.values, context)
    toOptions(init)
    drainMsOf(next.values)
    const differing = next.list.filter(({ key, value }) => {
      return JSON.stringify(value) !== JSON.stringify(this.#running.get(key.name))
    })
    const names = differing.map(({ key }) => key.name)
    const changed = names.filter((name) => LIVE.has(name))
    const skills = asked || changed.includes('skills') || changed.includes('skillConfig')
    const {
      allow = [],
      allowFile = null,
      open = false,
      quotas = {},
      metrics = null,
      logLevel
    } = init
    const changes: AgentChanges = {
      ...(changed.includes('allow') && { allow }),
      ...(changed.includes('allowFile') && { allowFile }),
      ...(changed.includes('open') && { open }),
      ...(changed.includes('quotas') && { quotas }),
      ...(changed.includes('metrics') && { metrics }),
      ...(changed.includes('logLevel') && logLevel !== undefined && { logLevel }),
      ...(skills && { skills: init.skills ?? [] })
    }
    await agent.change(changes)
    for (const { key, value } of differing)
      if (LIVE.has(key.name)) this.#running.set(key.name, value)
    this.#values = next.values
    this.#found = next.fileFound
    return { changed, restart: names.filter((name) => !LIVE.has(name)) }
  }

  #tell(told: Told): void {
    const { given, context, settings } = this.#init
    const { out, err } = context
    if (given.values.json) return out.json({ type: 'reloaded', ...told })
    err.line(`  ${err.paint('cyan', '↻')} ${settings.file} read again: ${sentence(told)}`)
  }

  #complain(error: PeerworkError): void {
    const { given, context } = this.#init
    if (given.values.json) context.out.json({ type: 'reload-failed', ...errorJson(error) })
    else showError(error, context.err, given.values.debug)
    if (!given.values.json) context.err.line('everything stays as it was')
  }
}

/** Keys of the configuration. */
interface Told {
  readonly changed: readonly string[]
  readonly restart: readonly string[]
}

function sentence({ changed, restart }: Told): string {
  const done = changed.length === 0 ? 'nothing changed' : `${changed.join(', ')} changed`
  if (restart.length === 0) return done
  return `${done}; ${restart.join(', ')} ${restart.length === 1 ? 'needs' : 'need'} a restart`
}
