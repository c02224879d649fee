/** What is kept, and for how long: whole days go, the oldest first, and what is pinned stays. */

import { statfs } from 'node:fs/promises'
import type { Clock } from '../node/clock.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Pruned, Retention, TraceStore } from './store.ts'

/** Unless told otherwise: a month, and as much as a small machine can spare. */
export const KEEP_DAYS = 30
export const KEEP_BYTES = 10 * 1024 ** 3
/** … and never more of what is free than this part, so that a small disk stays alive. */
const DISK_SHARE = 0.5
/** Between two looks, ms: at full speed some gigabytes come in meanwhile. */
const LOOK_EVERY_MS = 60_000
/** A clock that went further than time did since the last look, ms: it may be set back at once. */
const JUMP_MS_MAX = 60 * 60_000
const NUMBER_MAX = 1e15

/** For the options of a command line. */
export const KEEP_OPTIONS = {
  'keep-days': {
    type: 'string',
    value: '<days>',
    about: `keep traces so long; ${KEEP_DAYS} by default, or all`
  },
  'keep-bytes': {
    type: 'string',
    value: '<size>',
    about: 'keep so much, like 500MiB; 10GiB or half of what is free by default, or all'
  },
  'keep-spans': { type: 'string', value: '<count>', about: 'keep so many spans; all by default' }
} as const

export type KeepValues = {
  readonly [Name in keyof typeof KEEP_OPTIONS]?: string | undefined
}

/** `undefined`: as much as the disk spares. `null`: no bound. */
export interface Keep {
  readonly days: number | null
  readonly bytes: number | null | undefined
  readonly count: number | null
}

/** @throws PeerworkError `BAD_OPTION` naming the option */
export function keepOf(values: KeepValues): Keep {
  const bytes = values['keep-bytes']
  return {
    days: numberOf('keep-days', values['keep-days'] ?? String(KEEP_DAYS)),
    bytes: bytes === undefined ? undefined : numberOf('keep-bytes', bytes),
    count: numberOf('keep-spans', values['keep-spans'] ?? ALL)
  }
}

const ALL = 'all'
const UNITS: Readonly<Record<string, number>> = {
  ...{ KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 }
}

function numberOf(name: keyof KeepValues, text: string): number | null {
  if (text === ALL) return null
  const [, digits, unit] = /^(\d{1,12}(?:\.\d{1,3})?)([KMGT]iB)?$/.exec(text) ?? []
  const value = Number(digits) * (unit === undefined ? 1 : (UNITS[unit] ?? NaN))
  const fits = unit === undefined || name === 'keep-bytes'
  if (fits && value > 0 && value <= NUMBER_MAX) return value
  const like = name === 'keep-bytes' ? '10GiB' : '30'
  throw new PeerworkError('BAD_OPTION', `--${name}: a number like ${like}, or all: "${text}"`)
}

export interface KeeperInit {
  readonly store: Pick<TraceStore, 'prune' | 'size'>
  /** On the disk that is spared. */
  readonly dir: string
  readonly keep: Keep
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
  readonly log: {
    info(facts: object, message: string): void
    warn(facts: object, message: string): void
  }
}

export interface KeeperState {
  /** As it is held to now; absent is no bound. */
  readonly retention: Retention
  /** Since the start. */
  readonly dropped: Pruned
  /** ms since 1970, of the last that dropped anything. */
  readonly droppedAt: number | null
}

/** Prunes now and then; `start` is the first time. */
export class Keeper implements AsyncDisposable {
  readonly #init: KeeperInit
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #retention: Retention = {}
  #dropped: Pruned = { traces: 0, spans: 0, bytes: 0 }
  #droppedAt: number | null = null
  /** The clock at the last look, ms: since 1970, and by the one that only goes forward. */
  #looked: { readonly now: number; readonly elapsed: number } | undefined

  constructor(init: KeeperInit) {
    this.#init = init
  }

  start(): void {
    this.#timer = setInterval(() => void this.tick(), LOOK_EVERY_MS).unref()
    void this.tick()
  }

  state(): KeeperState {
    return {
      ...{ retention: this.#retention, dropped: this.#dropped, droppedAt: this.#droppedAt }
    }
  }

  /** Never throws: what could not be dropped is dropped later. */
  tick(): Promise<void> {
    return (this.#running ??= this.#prune().finally(() => (this.#running = undefined)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #prune(): Promise<void> {
    const { store, clock, log } = this.#init
    try {
      const now = clock.now()
      this.#retention = await this.#due()
      const { days: _, ...ageless } = this.#retention
      // What a wrong clock makes old is gone for good: it has to be so at two looks.
      const due = this.#hasJumped(now) ? ageless : this.#retention
      const { traces, spans, bytes } = await store.prune(due, now * 1_000)
      if (traces + spans + bytes === 0) return
      const before = this.#dropped
      this.#dropped = {
        traces: before.traces + traces,
        spans: before.spans + spans,
        bytes: before.bytes + bytes
      }
      this.#droppedAt = now
      log.info({ traces, spans, bytes, keep: this.#retention }, 'dropped what was kept long enough')
    } catch (error) {
      log.warn({ why: (error as Error).message }, 'cannot drop what was kept long enough')
    }
  }

  #hasJumped(now: number): boolean {
    const elapsed = this.#init.clock.elapsed()
    const last = this.#looked
    this.#looked = { now, elapsed }
    if (last === undefined || now - last.now - (elapsed - last.elapsed) <= JUMP_MS_MAX) return false
    this.#init.log.info({ aheadMs: now - last.now }, 'the clock jumped: nothing is old at once')
    return true
  }

  async #due(): Promise<Retention> {
    const { days, bytes, count } = this.#init.keep
    const size = bytes === undefined ? await this.#spared() : bytes
    return {
      ...(days !== null && { days }),
      ...(size !== null && { bytes: size }),
      ...(count !== null && { count })
    }
  }

  /** Of what is free, and what is ours already. */
  async #spared(): Promise<number> {
    const { store, dir } = this.#init
    const [{ bavail, bsize }, { bytes }] = await Promise.all([statfs(dir), store.size()])
    return Math.min(KEEP_BYTES, Math.floor((bavail * bsize + bytes) * DISK_SHARE))
  }
}
