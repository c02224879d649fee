/** What rules and alerts are, in words. */

import { duration, money } from '../format.ts'
import type { Alert, KeptRule } from '../types.ts'

export type Rule = KeptRule['rule']
export type Kind = Rule['kind']

/** With a mark, so that colour is not all there is. */
export const SEVERITIES: Readonly<Record<Alert['severity'], string>> = {
  info: 'ⓘ info',
  warning: '⚠ warning',
  critical: '✖ critical'
}

export const KINDS: readonly (readonly [Kind, string])[] = [
  ['threshold', 'Too much in a time: cost, errors, slowness'],
  ['trace', 'One trace that costs or takes too much'],
  ['absence', 'An agent or skill is silent'],
  ['guard', 'A guard stopped or warned an agent'],
  ['handoff', 'Handoffs fail again and again'],
  ['integrity', 'Events are missing, forked or refused'],
  ['budget', 'A budget of a day or month is spent']
]

/** `1 minute`, `3 h`, `2 d 4 h`. */
export function minutes(count: number): string {
  if (count < 60) return count === 1 ? '1 minute' : `${count} minutes`
  const [hours, rest] = [Math.floor(count / 60), count % 60]
  if (hours < 24) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  const more = hours % 24
  return more === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${more} h`
}

const OF = {
  cost: (value: number) => `cost above ${money(value)}`,
  errors: (value: number) => `more than ${value} errors`,
  errorShare: (value: number) => `more than ${Number((value * 100).toPrecision(3))} % errors`,
  p95Ms: (value: number) => `95th percentile above ${duration(value)}`
} as const

/** A rule in one sentence without a full stop. */
export function sentenceOf(rule: Rule): string {
  switch (rule.kind) {
    case 'threshold':
      return `${OF[rule.of](rule.above)} within ${minutes(rule.windowMinutes)}${who(rule)}`
    case 'trace': {
      const limit = rule.of === 'cost' ? `costs more than ${money(rule.above)}` : longer(rule.above)
      return `a trace ${limit}${who(rule)}`
    }
    case 'absence':
      return `nothing for ${minutes(rule.minutes)}${who(rule)}`
    case 'guard':
      return `${rule.guard ?? 'any guard'} ${ACTIONS[rule.action]}${who(rule)}`
    case 'handoff': {
      const ends = `${rule.from ?? 'anybody'} to ${rule.to ?? 'anybody'}`
      return `${rule.failures} failures within ${minutes(rule.windowMinutes)}, from ${ends}`
    }
    case 'integrity':
      return INTEGRITY[rule.of](rule.above, rule.minutes)
    case 'budget': {
      const share = Math.round(rule.at * 100)
      return `${share} % of ${money(rule.usd)} a ${rule.period} is spent${who(rule)}`
    }
  }
}

const longer = (ms: number): string => `takes longer than ${duration(ms)}`
const ACTIONS = { stopped: 'stopped it', warned: 'warned', any: 'warned or stopped it' } as const
const INTEGRITY = {
  gap: (above: number, time: number) => `more than ${above} events missing for ${minutes(time)}`,
  fork: () => 'an agent signed two contents for one event',
  refused: (above: number, time: number) =>
    `more than ${above} messages refused within ${minutes(time)}`
} as const

interface Who {
  readonly agent?: string | undefined
  readonly model?: string | undefined
  readonly skill?: string | undefined
}

function who(rule: Who): string {
  const { agent, model, skill } = rule
  const told = [
    ...(agent === undefined ? [] : [`agent ${agent}`]),
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(skill === undefined ? [] : [`skill ${skill}`])
  ]
  return told.length === 0 ? '' : `, ${told.join(', ')}`
}
