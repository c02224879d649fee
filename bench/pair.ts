/** Two processes, and a third when the candidate needs one: the setting of every measurement. */

import type { CandidateName } from './candidates.ts'
import type { Site } from './candidates/candidate.ts'
import type { Plan, Sample } from './measure.ts'
import { startPart } from './part.ts'
import type { Part } from './part.ts'
import type { Order } from './role.ts'
import { withSite } from './site.ts'

/** To get ready, ms: many times what the slowest candidate needs on a busy machine. */
const READY_MS_MAX = 20_000
/** Beyond the plan's own time, stretched warm-up included, ms. */
const SLACK_MS = 40_000

export interface Pair {
  readonly candidate: CandidateName
  /** For Node, in the two ends. By default they run from source. */
  readonly flags?: readonly string[]
  readonly find?: Site['find']
}

/** Work off a plan between two fresh processes. */
export function measurePair(pair: Pair, plan: Omit<Plan, 'pids'>): Promise<readonly Sample[]> {
  return inPlace(pair, async (site, start, helper) => {
    const server = start('serve', site)
    await server.next(READY_MS_MAX)
    const pids = [server.pid, ...helper]
    const client = start('measure', site, { ...plan, pids })
    const steps = [plan.warmUp, ...plan.steps]
    const msMax = steps.reduce((sum, { ms }) => sum + ms, READY_MS_MAX + SLACK_MS)
    return (await client.next(msMax))['samples'] as readonly Sample[]
  })
}

/** From the start of both processes at once to the first verified result, ms. */
export function firstResult(pair: Pair): Promise<number> {
  return inPlace(pair, async (site, start) => {
    const began = performance.now()
    start('serve', site)
    const client = start('first', site)
    const { ok } = await client.next(READY_MS_MAX)
    if (ok !== true) throw new Error(`${pair.candidate}: the first answer was wrong`)
    return performance.now() - began
  })
}

/** A server that nobody has asked yet. */
export function idleServer<T>(pair: Pair, look: (pid: number) => Promise<T>): Promise<T> {
  return inPlace(pair, async (site, start) => {
    const server = start('serve', site)
    await server.next(READY_MS_MAX)
    return look(server.pid)
  })
}

type Start = (role: Order['role'], site: Site, plan?: Plan) => Part
type Use<T> = (site: Site, start: Start, helper: readonly number[]) => Promise<T>

async function inPlace<T>({ candidate, flags, find = 'address' }: Pair, use: Use<T>): Promise<T> {
  return withSite(find, async (bare) => {
    const parts: Part[] = []
    const start: Start = (role, site, plan) => {
      const order = { candidate, role, site, ...(plan === undefined ? {} : { plan }) }
      const part = startPart(order, flags)
      parts.unshift(part)
      return part
    }
    try {
      const preparing = start('prepare', bare)
      await preparing.next(READY_MS_MAX)
      await preparing.stop()
      const helper = start('help', bare)
      const { address } = await helper.next(READY_MS_MAX)
      const site = typeof address === 'string' ? { ...bare, helper: address } : bare
      return await use(site, start, address === undefined ? [] : [helper.pid])
    } finally {
      for (const part of parts) await part.stop()
    }
  })
}
