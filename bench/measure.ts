/**
 * The asking end's loop: tasks at a fixed number in flight for a fixed time, every answer checked.
 */

import type { Caller } from './candidates/candidate.ts'
import { cpuUs, family } from './cost.ts'

/** One thing to measure. */
export interface Step {
  /** Characters of text each way. */
  readonly size: number
  readonly inFlight: number
  readonly ms: number
  /** Go on until so many tasks are done, but no longer than `STRETCH` times as long. */
  readonly tasksMin?: number
}

export interface Plan {
  readonly warmUp: Step
  readonly steps: readonly Step[]
  /** The other processes whose processor time counts; what they started counts as well. */
  readonly pids: readonly number[]
}

export interface Sample {
  readonly step: Step
  readonly p50Us: number
  readonly p99Us: number
  readonly perSecond: number
  /** Processor time of all processes together, per task. */
  readonly cpuUs: number | null
  /** The same by process: pid and µs per task. */
  readonly cpuEach: readonly (readonly [pid: number, us: number])[]
  /** By the clock all processes share, µs: to find the step in a profile. */
  readonly beganUs: number
  readonly endedUs: number
}

/** Tasks in one step, count: bounds memory; no candidate comes near. */
const TASKS_MAX = 1_000_000
/** A warm-up is about tasks, not time: code is compiled when it ran often enough. */
const STRETCH = 8

export async function measure(caller: Caller, plan: Plan): Promise<readonly Sample[]> {
  await flood(caller, plan.warmUp)
  const samples: Sample[] = []
  for (const step of plan.steps) samples.push(await sample(caller, step, plan.pids))
  return samples
}

/** A text that differs from task to task, so that no old answer passes for a new one. */
export function textOf(size: number, count: number): string {
  return String(count).padStart(8, '0').padEnd(size, 'abcdefghijklmnopqrstuvwxyz ')
}

export async function callChecked(caller: Caller, text: string): Promise<void> {
  const answer = await caller.call(text)
  if (answer !== text) throw new Error(`sent ${text.slice(0, 20)}…, got ${answer.slice(0, 20)}…`)
}

async function sample(caller: Caller, step: Step, pids: readonly number[]): Promise<Sample> {
  const all = await family([process.pid, ...pids])
  const cpuBefore = await cpuUs(all)
  const beganUs = nowUs()
  const times = await flood(caller, step)
  const endedUs = nowUs()
  const cpuAfter = await cpuUs(all)
  const sorted = Float64Array.from(times).sort()
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  const cpuEach = [...cpuAfter].map(([pid, us]): [number, number] => [
    pid,
    (us - (cpuBefore.get(pid) ?? 0)) / times.length
  ])
  return {
    step,
    p50Us: at(0.5),
    p99Us: at(0.99),
    perSecond: times.length / ((endedUs - beganUs) / 1e6),
    cpuUs: cpuEach.length === 0 ? null : cpuEach.reduce((sum, [, us]) => sum + us, 0),
    cpuEach,
    beganUs,
    endedUs
  }
}

/** Keep `inFlight` tasks on their way until the time is over; µs of each. */
async function flood(caller: Caller, step: Step): Promise<readonly number[]> {
  const { size, inFlight, ms, tasksMin = 0 } = step
  const times: number[] = []
  const start = performance.now()
  let count = 0
  const goesOn = (): boolean => {
    const elapsed = performance.now() - start
    return elapsed < ms || (times.length < tasksMin && elapsed < STRETCH * ms)
  }
  const lane = async (): Promise<void> => {
    while (goesOn() && count < TASKS_MAX) {
      const text = textOf(size, count++)
      const began = performance.now()
      await callChecked(caller, text)
      times.push((performance.now() - began) * 1000)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return times
}

const nowUs = (): number => Number(process.hrtime.bigint() / 1000n)
