/**
 * What is more frequent in failing runs than in passing ones of the same kind: agents, models,
 * tools, error codes, slow steps. With few runs much differs by chance, so each says how likely
 * that is.
 */

import type { Span } from '../../types.ts'
import { quantile } from '../sequence/split.ts'

export type TraitKind = 'agent' | 'model' | 'tool' | 'skill' | 'error' | 'slow step'

export interface Trait {
  readonly kind: TraitKind
  readonly value: string
  /** Runs that have it, count. */
  readonly failing: number
  readonly passing: number
  /**
   * How likely at least such a difference is when the trait has nothing to do with failing: by
   * Fisher's exact test, one-sided.
   */
  readonly chance: number
}

export interface Comparison {
  readonly failing: number
  readonly passing: number
  /** Traits that were looked at, count: of many, a few differ by chance alone. */
  readonly looked: number
  /** More frequent in failing runs, the most telling first. */
  readonly traits: readonly Trait[]
}

/** A step is slow from so many times its median in passing runs on, and by so many ms at least. */
const SLOW_TIMES = 2
const SLOW_MS = 50
/** Passing runs from which a usual time can be told, count. */
const USUAL_MIN = 3

export function compareRuns(
  failing: readonly (readonly Span[])[],
  passing: readonly (readonly Span[])[]
): Comparison {
  const usual = usualTimes(passing)
  const had = (runs: readonly (readonly Span[])[]): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>()
    for (const run of runs) {
      for (const trait of traitsOf(run, usual)) counts.set(trait, (counts.get(trait) ?? 0) + 1)
    }
    return counts
  }
  const [bad, good] = [had(failing), had(passing)]
  const [all, rest] = [failing.length, passing.length]
  const traits = [...bad].flatMap(([name, count]): Trait[] => {
    const others = good.get(name) ?? 0
    // As frequent or rarer in failing runs: no reason of theirs.
    if (all === 0 || rest === 0 || count / all <= others / rest) return []
    const [kind, value] = JSON.parse(name) as [TraitKind, string]
    const chance = fisher({ having: count, of: all, otherHaving: others, ofOthers: rest })
    return [{ kind, value, failing: count, passing: others, chance }]
  })
  const looked = new Set([...bad.keys(), ...good.keys()]).size
  const ordered = traits.toSorted((a, b) => a.chance - b.chance || (a.value < b.value ? -1 : 1))
  return { failing: all, passing: rest, looked, traits: ordered }
}

const stepOf = ({ agent, name, kind }: Span): string =>
  `${agent === undefined ? '' : `${agent}: `}${name ?? kind}`
const msOf = ({ startUs, endUs }: Span): number | undefined =>
  startUs === undefined || endUs === undefined ? undefined : (endUs - startUs) / 1_000

/** The longest of each step in a run. */
function longest(run: readonly Span[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const span of run) {
    const ms = msOf(span)
    if (ms !== undefined) found.set(stepOf(span), Math.max(ms, found.get(stepOf(span)) ?? 0))
  }
  return found
}

function usualTimes(passing: readonly (readonly Span[])[]): ReadonlyMap<string, number> {
  const times = new Map<string, number[]>()
  for (const run of passing) {
    for (const [step, ms] of longest(run)) times.set(step, [...(times.get(step) ?? []), ms])
  }
  return new Map(
    [...times].flatMap(([step, all]) =>
      all.length < USUAL_MIN ? [] : [[step, quantile(all, 0.5) ?? 0] as const]
    )
  )
}

function traitsOf(run: readonly Span[], usual: ReadonlyMap<string, number>): ReadonlySet<string> {
  const found = new Set<string>()
  const note = (kind: TraitKind, value: string | undefined): void => {
    if (value !== undefined && value !== '') found.add(JSON.stringify([kind, value]))
  }
  for (const { agent, model, tool, skill, error } of run) {
    note('agent', agent)
    note('model', model)
    note('tool', tool)
    note('skill', skill)
    note('error', error?.code)
  }
  for (const [step, ms] of longest(run)) {
    const median = usual.get(step)
    if (median !== undefined && ms > SLOW_TIMES * median && ms - median > SLOW_MS) {
      note('slow step', step)
    }
  }
  return found
}

interface Counts {
  readonly having: number
  readonly of: number
  readonly otherHaving: number
  readonly ofOthers: number
}

/** The sum of the hypergeometric distribution from what was seen up. */
export function fisher({ having, of, otherHaving, ofOthers }: Counts): number {
  const [marked, all] = [having + otherHaving, of + ofOthers]
  const log = factorials(all)
  const choose = (n: number, k: number): number => (log[n] ?? 0) - (log[k] ?? 0) - (log[n - k] ?? 0)
  let sum = 0
  for (let k = having; k <= Math.min(of, marked); k++) {
    if (marked - k > ofOthers) continue
    sum += Math.exp(choose(of, k) + choose(ofOthers, marked - k) - choose(all, marked))
  }
  return Math.min(1, sum)
}

/** Logarithms: 40! is no exact number. */
function factorials(most: number): readonly number[] {
  const log = [0]
  for (let n = 1; n <= most; n++) log.push((log[n - 1] ?? 0) + Math.log(n))
  return log
}

/** Whether a trait stands out of so many that were looked at: Bonferroni's bound. */
export const standsOut = ({ chance }: Trait, { looked }: Comparison): boolean =>
  chance * looked < 0.05
