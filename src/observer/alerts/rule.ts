/** What is worth a word: rules as data, so that they can be kept, shown and changed. */

import * as z from 'zod/mini'

/** Rules at once, count: each is looked at every few seconds. */
export const RULES_MAX = 100
const TEXT_MAX = 200
/** Longest window, minutes: what one minute's counts are kept for. Longer ones go by the hour. */
export const MINUTES_COUNTED = 60
/** Longest window of all, minutes: 31 days, which is what sums by the hour are read over. */
const WINDOW_MAX = 44_640
const AMOUNT_MAX = 1e12

const name = z.string().check(z.minLength(1), z.maxLength(TEXT_MAX))
const amount = z.number().check(z.gte(0), z.lte(AMOUNT_MAX))
const minutes = z.int().check(z.gte(1), z.lte(WINDOW_MAX))
export const slug = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a-z, 0-9 and -'))

export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

const common = {
  name,
  enabled: z.boolean(),
  severity: z.enum(SEVERITIES),
  /** Where to tell; all channels when absent, only the list when empty. */
  channels: z.optional(z.array(slug).check(z.maxLength(20))),
  /** Told again while it stays open. */
  renotifyMinutes: minutes,
  /** Resolved by itself when nothing happened for so long. */
  resolveAfterMinutes: minutes
}
/** Absent: of all. */
const who = { agent: z.optional(name), model: z.optional(name) }

export const rule = z
  .discriminatedUnion('kind', [
    z.strictObject({
      ...{ kind: z.literal('threshold'), ...common, ...who, skill: z.optional(name) },
      /** `cost` in US dollars, `errors` a count, `errorShare` 0 to 1, `p95Ms` a duration. */
      of: z.enum(['cost', 'errors', 'errorShare', 'p95Ms']),
      above: amount,
      windowMinutes: minutes,
      /** Spans that there must be before a share or a percentile means anything, count. */
      spansMin: z.optional(z.int().check(z.gte(1), z.lte(AMOUNT_MAX)))
    }),
    z.strictObject({
      ...{ kind: z.literal('trace'), ...common },
      ...{ agent: z.optional(name), skill: z.optional(name) },
      of: z.enum(['cost', 'durationMs']),
      above: amount,
      windowMinutes: minutes
    }),
    z.strictObject({
      ...{ kind: z.literal('absence'), ...common },
      ...{ agent: z.optional(name), skill: z.optional(name), minutes }
    }),
    z.strictObject({
      ...{ kind: z.literal('guard'), ...common },
      ...{ guard: z.optional(name), agent: z.optional(name) },
      action: z.enum(['warned', 'stopped', 'any'])
    }),
    z.strictObject({
      ...{ kind: z.literal('handoff'), ...common },
      ...{ from: z.optional(name), to: z.optional(name), windowMinutes: minutes },
      failures: z.int().check(z.gte(1), z.lte(500))
    }),
    z.strictObject({
      ...{ kind: z.literal('integrity'), ...common },
      /** `gap`: more than `above` events missing for `minutes`; `refused`: more in `minutes`. */
      of: z.enum(['gap', 'fork', 'refused']),
      ...{ above: amount, minutes }
    }),
    z.strictObject({
      ...{ kind: z.literal('budget'), ...common, ...who },
      usd: amount,
      period: z.enum(['day', 'month']),
      /** Part of the budget from which on it is told. */
      at: z.number().check(z.gte(0.01), z.lte(1))
    })
  ])
  .check(z.refine((one) => faultOf(one) === undefined, { error: ({ input }) => faultOf(input) }))

export type RuleBody = z.infer<typeof rule>
export type Rule = RuleBody & { readonly id: string }
export type RuleOf<Kind extends Rule['kind']> = Extract<Rule, { kind: Kind }>

function faultOf(input: unknown): string | undefined {
  const one = input as RuleBody
  if (one.kind === 'absence' && one.agent === undefined && one.skill === undefined) {
    return 'absence needs an agent or a skill'
  }
  if (one.kind !== 'threshold' || one.windowMinutes <= MINUTES_COUNTED) return undefined
  if (one.of === 'p95Ms') return `p95Ms needs a window of at most ${MINUTES_COUNTED} minutes`
  return one.skill === undefined ? undefined : 'a window of more than an hour cannot go by skill'
}

const base = { enabled: true, renotifyMinutes: 240 } as const

/** On from the first start: what nobody wants to miss, and what a healthy network never does. */
export const DEFAULT_RULES: readonly Rule[] = [
  {
    ...{ id: 'guard-stopped', name: 'A guard stopped an agent', kind: 'guard', action: 'stopped' },
    ...{ ...base, severity: 'warning', resolveAfterMinutes: 60 }
  },
  {
    ...{ id: 'fork', name: 'An agent told two stories', kind: 'integrity', of: 'fork' },
    ...{ above: 0, minutes: 1, ...base, severity: 'critical', resolveAfterMinutes: 10_080 }
  },
  {
    ...{ id: 'gap', name: 'Events are missing for more than 5 minutes', kind: 'integrity' },
    ...{ of: 'gap', above: 0, minutes: 5, ...base, severity: 'warning', resolveAfterMinutes: 5 }
  },
  {
    ...{ id: 'handoff-failed', name: 'Handoffs between two agents fail again and again' },
    ...{ kind: 'handoff', failures: 3, windowMinutes: 15, ...base },
    ...{ severity: 'warning', resolveAfterMinutes: 15 }
  }
]
