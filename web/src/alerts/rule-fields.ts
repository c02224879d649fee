/** What each kind of rule is made of, for its form; and the form's words as a rule again. */

import type { Faults } from '../parts/faults.ts'
import type { Kind, Rule } from './words.ts'

export interface RuleField {
  readonly name: string
  readonly label: string
  readonly hint?: string
  /** `share` is typed as a percentage. */
  readonly as: 'text' | 'number' | 'whole' | 'share' | 'choice'
  readonly optional?: true
  readonly options?: readonly (readonly [string, string])[]
  /** At first. */
  readonly usual: string
}

const optional = (name: string, label: string): RuleField => ({
  ...{ name, label, as: 'text', optional: true, usual: '', hint: 'empty: all' }
})
const agent = optional('agent', 'Agent')
const skill = optional('skill', 'Skill')
const model = optional('model', 'Model')
const above = (hint: string): RuleField => ({
  ...{ name: 'above', label: 'More than', as: 'number', usual: '1', hint }
})
const within: RuleField = {
  name: 'windowMinutes',
  label: 'Within, minutes',
  as: 'whole',
  usual: '60'
}
const lasting = (hint: string): RuleField => ({
  ...{ name: 'minutes', label: 'Minutes', as: 'whole', usual: '5', hint }
})
const choice = (name: string, label: string, options: RuleField['options']): RuleField => ({
  ...{ name, label, as: 'choice', usual: options?.[0]?.[0] ?? '' },
  ...(options !== undefined && { options })
})

export const FIELDS: Readonly<Record<Kind, readonly RuleField[]>> = {
  threshold: [
    choice('of', 'Of what', [
      ['cost', 'cost, US dollars'],
      ['errors', 'errors, count'],
      ['errorShare', 'share of errors'],
      ['p95Ms', 'duration, 95th percentile, ms']
    ]),
    above('dollars, errors, a share from 0 to 1, or ms'),
    within,
    {
      name: 'spansMin',
      label: 'Only from so many spans on',
      as: 'whole',
      optional: true,
      usual: ''
    },
    ...[agent, model, skill]
  ],
  trace: [
    choice('of', 'Of what', [
      ['cost', 'cost, US dollars'],
      ['durationMs', 'duration, ms']
    ]),
    ...[above('dollars, or ms'), within, agent, skill]
  ],
  absence: [
    { ...agent, hint: 'an agent, a skill or both' },
    { ...skill, hint: 'an agent, a skill or both' },
    lasting('silent for so long')
  ],
  guard: [
    choice('action', 'What it did', [
      ['stopped', 'stopped the agent'],
      ['warned', 'warned'],
      ['any', 'either']
    ]),
    optional('guard', 'Guard'),
    { ...agent, hint: 'its id; empty: all' }
  ],
  handoff: [
    { name: 'failures', label: 'Failures', as: 'whole', usual: '3' },
    { ...within, usual: '15' },
    ...[optional('from', 'From'), optional('to', 'To')]
  ],
  integrity: [
    choice('of', 'Of what', [
      ['gap', 'events that are missing'],
      ['fork', 'two contents under one number'],
      ['refused', 'messages that were refused']
    ]),
    { ...above('events or messages'), usual: '0' },
    lasting('missing for so long, or refused within')
  ],
  budget: [
    { name: 'usd', label: 'Budget, US dollars', as: 'number', usual: '20' },
    choice('period', 'For a', [
      ['day', 'day (UTC)'],
      ['month', 'month (UTC)']
    ]),
    { name: 'at', label: 'Tell at, %', as: 'share', usual: '80' },
    ...[agent, model]
  ]
}

export const COMMON: readonly RuleField[] = [
  choice('severity', 'Severity', [
    ['warning', 'warning'],
    ['critical', 'critical'],
    ['info', 'info']
  ]),
  {
    ...{ name: 'renotifyMinutes', label: 'Remind after, minutes', as: 'whole', usual: '240' },
    hint: 'while it is open'
  },
  {
    ...{ name: 'resolveAfterMinutes', label: 'Resolve after, minutes', as: 'whole', usual: '60' },
    hint: 'when nothing happened for so long'
  }
]

export type Values = Readonly<Record<string, string>>

export const fieldsOf = (kind: Kind): readonly RuleField[] => [...FIELDS[kind], ...COMMON]

/** What stands in the form at first. */
export function valuesOf(kind: Kind, rule: Rule | undefined): Values {
  const known = (rule?.kind === kind ? rule : {}) as Readonly<Record<string, string | number>>
  const entries = fieldsOf(kind).map(({ name, as, usual }) => {
    const value = known[name]
    if (value === undefined) return [name, rule?.kind === kind ? '' : usual]
    return [
      name,
      as === 'share' ? String(Number((Number(value) * 100).toPrecision(9))) : `${value}`
    ]
  })
  return Object.fromEntries(entries) as Values
}

const NUMBER = /^\d{1,12}(?:\.\d{1,9})?$/
const WHOLE = /^\d{1,12}$/

/** The rule that the form says, or what is wrong with it. */
export function readValues(kind: Kind, values: Values): { body: object; faults: Faults } {
  const body: Record<string, unknown> = { kind }
  const faults: Record<string, string> = {}
  for (const { name, as, optional: may } of fieldsOf(kind)) {
    const text = (values[name] ?? '').trim()
    if (text === '') {
      if (may !== true) faults[name] = 'is needed'
    } else if (as === 'text' || as === 'choice') body[name] = text
    else if (as === 'whole' && !WHOLE.test(text)) faults[name] = 'a whole number'
    else if (!NUMBER.test(text)) faults[name] = 'a number such as 20 or 0.5'
    else body[name] = as === 'share' ? Number(text) / 100 : Number(text)
  }
  if (kind === 'absence' && body['agent'] === undefined && body['skill'] === undefined) {
    faults['agent'] = 'an agent or a skill is needed'
  }
  return { body, faults }
}

/** An id out of a name: `Too dear!` is `too-dear`. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
