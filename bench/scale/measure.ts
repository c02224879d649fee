/** One crowd, measured: how it forms, what it costs at rest, and whether all can work for all. */

import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Crowd } from './crowd.ts'
import type { Answered, View } from './host.ts'

export interface Sizes {
  readonly agents: number
  /** Others that each agent asks for their skill. */
  readonly asks: number
  /** At rest between two counts, ms. */
  readonly restMs: number
}

export interface Measured extends Sizes {
  readonly load: number
  readonly oneMs: number
  readonly companyMs: number
  readonly startedMs: number
  readonly degree: { readonly mean: number; readonly max: number; readonly first: number }
  /** Of one agent on average, until the network was one. */
  readonly forming: Cost
  /** Of one agent on average, a second, when nobody asks anything. */
  readonly resting: Cost
  readonly answers: Answered & { readonly ms: number; readonly each: Cost }
  readonly degreeAfter: Measured['degree']
  readonly rssMiB: number
}

export interface Cost {
  readonly cpuMs: number
  readonly kib: number
  /** By protocol. */
  readonly streams: Record<string, number>
  readonly messages: Record<string, number>
}

/** The issue's own bound. */
export const FORM_MS_MAX = 10_000
const FORM_MS_GIVE_UP = 90_000
const ASK_MS_MAX = 180_000
/** For what began while the network formed, ms. */
const SETTLE_MS = 3_000

/** @param say told how far it is */
export async function measure(
  { agents, asks, restMs }: Sizes,
  say: (word: string) => void = () => undefined
): Promise<Measured> {
  await using crowd = new Crowd(agents)
  await crowd.ready()
  const [load = 0] = loadavg()
  const begin = await crowd.look()
  const { oneMs, ms: companyMs, startedMs } = await crowd.form(FORM_MS_GIVE_UP)
  const formed = await crowd.look()
  say(
    `ms: started ${Math.round(startedMs)}, one ${Math.round(oneMs)}, all ${Math.round(companyMs)}`
  )
  await sleep(SETTLE_MS)
  const before = await crowd.look()
  await sleep(restMs)
  const rested = await crowd.look()
  say(`at rest, ${degreeOf(rested).mean.toFixed(1)} peers on average`)
  const started = performance.now()
  const answered = await crowd.ask(asks, ASK_MS_MAX)
  const ms = performance.now() - started
  const after = await crowd.look()
  return {
    ...{ agents, asks, restMs, load, oneMs, companyMs, startedMs },
    degree: degreeOf(before),
    forming: costOf(begin, formed, agents),
    resting: costOf(before, rested, agents * (restMs / 1_000)),
    answers: { ...answered, ms, each: costOf(rested, after, agents) },
    degreeAfter: degreeOf(after),
    rssMiB: after.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / 1024 / 1024 / agents
  }
}

function degreeOf(views: readonly View[]): Measured['degree'] {
  const all = views.flatMap(({ peers }) => peers.map((ids) => ids.length))
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length
  return { mean, max: Math.max(...all.slice(1)), first: all[0] ?? 0 }
}

function costOf(before: readonly View[], after: readonly View[], share: number): Cost {
  const sum = (views: readonly View[], read: (view: View) => number): number =>
    views.reduce((total, view) => total + read(view), 0)
  const per = (read: (view: View) => number): number =>
    (sum(after, read) - sum(before, read)) / share
  const table = (read: (view: View) => Record<string, number>): Record<string, number> => {
    const names = new Set(after.flatMap((view) => Object.keys(read(view))))
    const rows = [...names].toSorted().map((name) => {
      return [name, Math.round(per((view) => read(view)[name] ?? 0) * 100) / 100] as const
    })
    return Object.fromEntries(rows.filter(([, count]) => count > 0))
  }
  return {
    cpuMs: per(({ cpuMs }) => cpuMs),
    kib: per(({ traffic }) => traffic.bytes) / 1024,
    streams: table(({ traffic }) => traffic.streams),
    messages: table(({ traffic }) => traffic.messages)
  }
}
