/**
 * The process that is watched: two agents that stay while others come and go. One is the bootstrap
 * peer of all and works; the other one has tasks all the time, for whoever is there.
 */

import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import { createAgent } from 'peerwork'
import type { Agent } from 'peerwork'

export interface Sample {
  /** Since the process began, min. */
  readonly minutes: number
  readonly rssMiB: number
  /** What JavaScript holds, with buffers outside its heap and without compiled code. */
  readonly heapMiB: number
  /** Handles that keep the process alive, by kind. */
  readonly handles: Record<string, number>
  /** Open files and sockets of the process, by kind. */
  readonly files: Record<string, number>
  readonly peers: number
}

export interface Outcomes {
  readonly asked: number
  readonly answered: number
  /** Tasks that failed, by error code. */
  readonly failed: Record<string, number>
  /** Neither a result nor a precise error. */
  readonly lost: readonly string[]
}

export type Order = 'start' | 'work' | 'rest' | 'sample' | 'outcomes' | 'stop'

/**
 * Askers, count, and how often each has a new task, ms. An executor keeps each for two minutes, so
 * what it keeps would follow the load of the machine if they came as fast as they can.
 */
const AT_ONCE = 4
const PERIOD_MS = 100
const TASK = { wait: 5_000, deadline: 10_000 } as const
const LOST_MAX = 10
const MIB = 1024 * 1024

const [skill = ''] = process.argv.slice(2)
const failed = new Map<string, number>()
const lost: string[] = []
let [asked, answered] = [0, 0]
let guide: Agent | undefined
let asker: Agent | undefined
let working: Promise<unknown> | undefined
let resting = false

const tally = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** With no task open: what a task needs while it runs comes and goes, and would hide the rest. */
async function sample(): Promise<Sample> {
  const busy = working !== undefined
  await rest()
  globalThis.gc?.()
  await sleep(20)
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const code = getHeapSpaceStatistics()
    .filter(({ space_name: name }) => /code|trusted/.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0)
  if (busy) begin()
  return {
    minutes: performance.now() / 60_000,
    rssMiB: rss / MIB,
    heapMiB: (heapUsed - code + external) / MIB,
    handles: tally(process.getActiveResourcesInfo().filter((name) => name !== 'Timeout')),
    files: { open: readdirSync('/proc/self/fd').length },
    peers: ((await asker?.peers()) ?? []).length
  }
}

async function askOn(agent: Agent): Promise<void> {
  while (!resting) {
    const number = asked++
    const pause = sleep(PERIOD_MS)
    try {
      const { value } = await agent.run<string>('agent-soak', number, TASK)
      if (value.endsWith(` ${number}`)) answered++
      else lost.push(`asked ${number}, answered ${value}`)
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      if (code === undefined || code === 'INTERNAL') lost.push(message)
      else failed.set(code, (failed.get(code) ?? 0) + 1)
    }
    await pause
  }
}

function begin(): void {
  resting = false
  const agent = asker
  if (agent === undefined) return
  working = Promise.all(Array.from({ length: AT_ONCE }, () => askOn(agent)))
}

async function rest(): Promise<void> {
  resting = true
  await working
  working = undefined
}

const work: Record<Order, () => Promise<unknown>> = {
  async start() {
    const init = { preset: 'loopback', network: 'soak', open: true } as const
    guide = await createAgent({ ...init, name: 'guide', skills: [skill] })
    asker = await createAgent({ ...init, name: 'asker', bootstrap: guide.addresses })
    return guide.addresses[0]
  },
  work: async () => begin(),
  rest,
  sample,
  outcomes: async (): Promise<Outcomes> => ({
    ...{ asked, answered, failed: Object.fromEntries(failed) },
    lost: lost.slice(0, LOST_MAX)
  }),
  async stop() {
    await asker?.stop({ graceMs: 0 })
    await guide?.stop({ graceMs: 0 })
  }
}

process.on('message', (order: Order) => {
  work[order]().then(
    (reply) => process.send?.({ reply }),
    (error: unknown) => process.send?.({ error: String(error) })
  )
})
process.on('disconnect', () => process.exit(0))
