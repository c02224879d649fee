/**
 * Several agents in one process, told over IPC what to do; ends when its parent goes.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { traffic } from './traffic.ts'
import type { Traffic } from './traffic.ts'
import { createAgent } from 'peerwork'
import type { Agent, AgentInit } from 'peerwork'

export interface Member {
  readonly id: string
  readonly name: string
  readonly address: string
}

export interface View {
  /** Ids of the peers of each agent, in the order they were started. */
  readonly peers: readonly (readonly string[])[]
  readonly traffic: Traffic
  /** Processor time since the start of the process, ms. */
  readonly cpuMs: number
  readonly rssBytes: number
  /** Longest that the event loop was held up since the last look, ms. */
  readonly heldUpMs: number
}

export interface Answered {
  readonly asked: number
  readonly answered: number
  /** Until the result, ms, ascending. */
  readonly times: readonly number[]
  /** The first few reasons. */
  readonly faults: readonly string[]
}

export type Order =
  | { readonly type: 'start'; readonly inits: readonly AgentInit[] }
  | { readonly type: 'look' }
  /** Each agent of this process asks for each of these skills, but its own; until then, ms. */
  | {
      readonly type: 'ask'
      readonly skills: readonly (readonly string[])[]
      readonly msMax: number
    }
  | { readonly type: 'stop' }

export interface Reply {
  readonly start: readonly Member[]
  readonly look: View
  readonly ask: Answered
  readonly stop: null
}

/** Tasks that one agent has open at once, count. */
const AT_ONCE = 1
/** How long a task may look for its peer, and run, ms. */
const TASK = { wait: 20_000, deadline: 40_000 } as const
const FAULTS_MAX = 5

const agents: Agent[] = []
const delays = monitorEventLoopDelay()
delays.enable()

const work: { [Type in Order['type']]: (order: never) => Promise<Reply[Type]> } = {
  start: async ({ inits }: Extract<Order, { type: 'start' }>) => {
    const started = await Promise.all(inits.map((init) => createAgent(init)))
    agents.push(...started)
    return started.map(({ id, name, addresses }) => ({ id, name, address: addresses[0] ?? '' }))
  },
  look: async () => {
    const peers = await Promise.all(agents.map((agent) => agent.peers()))
    const { user, system } = process.cpuUsage()
    const heldUpMs = delays.max / 1e6
    delays.reset()
    return {
      peers: peers.map((all) => all.map(({ id }) => id)),
      traffic: traffic(),
      cpuMs: (user + system) / 1_000,
      rssBytes: process.memoryUsage.rss(),
      heldUpMs
    }
  },
  ask: async ({ skills, msMax }: Extract<Order, { type: 'ask' }>) => {
    const end = performance.now() + msMax
    const said = await Promise.all(agents.map((agent, at) => askAll(agent, skills[at] ?? [], end)))
    return {
      asked: said.reduce((sum, { asked }) => sum + asked, 0),
      answered: said.reduce((sum, { times }) => sum + times.length, 0),
      times: said.flatMap(({ times }) => times).toSorted((one, other) => one - other),
      faults: said.flatMap(({ faults }) => faults).slice(0, FAULTS_MAX)
    }
  },
  stop: async () => {
    await Promise.all(agents.map((agent) => agent.stop({ graceMs: 0 })))
    return null
  }
}

async function askAll(agent: Agent, skills: readonly string[], end: number) {
  const times: number[] = []
  const faults: string[] = []
  let asked = 0
  const waiting = [...skills]
  const askOn = async (): Promise<void> => {
    for (;;) {
      const skill = waiting.shift()
      if (skill === undefined || performance.now() > end) return
      const begin = performance.now()
      asked++
      try {
        const { value } = await agent.run<string>(skill, asked, TASK)
        if (value.startsWith(`${skill} `)) times.push(performance.now() - begin)
        else faults.push(`${skill} answered ${value}`)
      } catch (error) {
        faults.push(`${agent.name} to ${skill}: ${(error as Error).message}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askOn))
  return { asked, times, faults }
}

// Code is loaded once a process, however many agents are in it.
const first = await createAgent({ preset: 'loopback', network: 'before' })
await first.stop()

process.on('message', (order: Order) => {
  work[order.type](order as never).then(
    (reply) => process.send?.({ reply }),
    (error: unknown) => process.send?.({ error: String(error) })
  )
})
process.on('disconnect', () => process.exit(0))
