/**
 * Agents come, go and are killed, with tasks all the time; is anything lost, or does anything grow?
 *
 * Watched is one process with two agents that stay (`steady.ts`). Samples are taken behind a forced
 * garbage collection, so that what is measured is what is held and not what waits to be collected.
 */

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { writeSkill } from '../scale/skills.ts'
import type { Order, Outcomes, Sample } from './steady.ts'
import { slopeOf } from './theil-sen.ts'

/** Processes of visitors at once, count, and how long each stays at least and at most, ms. */
const VISITORS = 3
const STAY_MS = [2_000, 8_000] as const
/**
 * Part of the time before growth counts: code is compiled, heaps and pools find their size. What an
 * agent remembers of strangers a crowd has filled before.
 */
const WARM_UP = 0.5
const SAMPLE_EVERY_MS = 1_000
/** What a connected peer takes, MiB, as a fit says: there are more at one time than another. */
const PEER_MIB = 0.14
/** For what visitors leave behind to be gone, ms. */
const SETTLE_MS_MAX = 30_000

export interface Soaked {
  readonly seconds: number
  readonly came: number
  readonly killed: number
  readonly outcomes: Outcomes
  /** Growth behind the warm-up, MiB a minute. */
  readonly slope: { readonly rss: number; readonly heap: number }
  readonly rssMiB: { readonly before: number; readonly warm: number; readonly after: number }
  /** At rest with nobody else there. */
  readonly before: Sample
  readonly after: Sample
}

const child = (file: string, args: readonly string[]): ChildProcess => {
  const script = fileURLToPath(new URL(file, import.meta.url))
  const execArgv = ['--conditions=source', '--expose-gc']
  // Coverage counts every function in memory of its own, which is not what grows in an agent.
  const { NODE_V8_COVERAGE: _measured, NODE_DISABLE_COMPILE_CACHE: _off, ...env } = process.env
  return fork(script, args, { execArgv, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

export async function soak(seconds: number, say: (word: string) => void): Promise<Soaked> {
  const folder = mkdtempSync(join(tmpdir(), 'peerwork-soak-'))
  const skill = writeSkill(folder, 'agent-soak')
  const steady = child('./steady.ts', [skill])
  const tell = async <T>(order: Order): Promise<T> => {
    const answer = once(steady, 'message') as Promise<[{ reply: T; error?: string }]>
    steady.send(order)
    const [{ reply, error }] = await answer
    if (error !== undefined) throw new Error(error)
    return reply
  }
  try {
    const address = await tell<string>('start')
    // The first task opens the session that stays.
    await tell('work')
    await sleep(2_000)
    await tell('rest')
    const before = await tell<Sample>('sample')
    const crowd = child('./crowd.ts', [address])
    const [code] = (await once(crowd, 'exit')) as [number | null]
    if (code !== 0) throw new Error('the crowd did not come')
    const churn = new Churn(() => child('./visitor.ts', [address, skill]))
    await tell('work')
    const samples: Sample[] = []
    const end = performance.now() + seconds * 1_000
    while (performance.now() < end) {
      await sleep(SAMPLE_EVERY_MS)
      const now = await tell<Sample>('sample')
      samples.push(now)
      if (samples.length % 10 === 0) {
        say(`${now.rssMiB.toFixed(1)} MiB, ${now.heapMiB.toFixed(1)} held, ${now.peers} peers`)
      }
    }
    await churn.end()
    await tell('rest')
    const after = await settled(before, () => tell<Sample>('sample'))
    const outcomes = await tell<Outcomes>('outcomes')
    await tell('stop')
    const warm = samples.slice(Math.floor(samples.length * WARM_UP))
    const slope = (read: (one: Sample) => number): number =>
      slopeOf(warm.map((one) => [one.minutes, read(one)]))
    return {
      ...{ seconds, came: churn.came, killed: churn.killed, outcomes, before, after },
      slope: {
        rss: slope(({ rssMiB }) => rssMiB),
        heap: slope(({ heapMiB, peers }) => heapMiB - peers * PEER_MIB)
      },
      rssMiB: { before: before.rssMiB, warm: warm[0]?.rssMiB ?? 0, after: after.rssMiB }
    }
  } finally {
    if (steady.exitCode === null) {
      const gone = once(steady, 'exit')
      steady.disconnect()
      await gone
    }
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As it was before, or else as it is when the time is over. */
async function settled(before: Sample, look: () => Promise<Sample>): Promise<Sample> {
  const end = performance.now() + SETTLE_MS_MAX
  for (;;) {
    const now = await look()
    const same = JSON.stringify(now.handles) === JSON.stringify(before.handles)
    if ((same && now.files['open'] === before.files['open']) || performance.now() > end) return now
    await sleep(SAMPLE_EVERY_MS)
  }
}

/** Keeps so many visitors there, each for some time; every second one is killed. */
class Churn {
  readonly #make: () => ChildProcess
  readonly #places: Promise<void>[]
  #ending = false
  came = 0
  killed = 0

  constructor(make: () => ChildProcess) {
    this.#make = make
    this.#places = Array.from({ length: VISITORS }, () => this.#place())
  }

  async end(): Promise<void> {
    this.#ending = true
    await Promise.all(this.#places)
  }

  async #place(): Promise<void> {
    const [least, most] = STAY_MS
    while (!this.#ending) {
      const number = this.came++
      const visitor = this.#make()
      const gone = once(visitor, 'exit')
      await Promise.race([once(visitor, 'message'), gone])
      // Spread evenly, and the same in every run.
      await sleep(least + ((number * 7) % 10) * ((most - least) / 10))
      if (number % 2 === 0) this.killed++
      visitor.kill(number % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
      await gone
    }
  }
}
