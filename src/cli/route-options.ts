/** Options of `run` that choose the peer and bound what the task may use up. */

import type { SubmitOptions } from '../node/api.ts'
import { toMs } from '../node/duration.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { OptionSpecs, Values } from './command.ts'

export const ROUTING = {
  model: {
    type: 'string',
    multiple: true,
    value: '<name>',
    about: 'only peers with this model behind the skill (repeat: any of them)'
  },
  tag: {
    type: 'string',
    multiple: true,
    value: '<tag>',
    about: 'only peers whose skill has this tag (repeat: all of them)'
  },
  hedge: {
    type: 'string',
    value: '<time>',
    about: 'ask a second peer too when there is no result by then; not with --to'
  },
  explain: { type: 'boolean', about: 'show who could get the task, and why each won or lost' },
  'dry-run': { type: 'boolean', about: 'only that: send nothing' }
} as const satisfies OptionSpecs

export const BUDGET = {
  'budget-cpu': { type: 'string', value: '<time>', about: 'most processor time' },
  'budget-tokens': { type: 'string', value: '<n>', about: 'most model tokens to spend' },
  'budget-cost': { type: 'string', value: '<n>', about: "most money, in the operator's unit" },
  'budget-bytes': { type: 'string', value: '<n>', about: 'most bytes of output and chunks' },
  'budget-depth': {
    type: 'string',
    value: '<n>',
    about: 'how often it may be handed on; 4 by default'
  }
} as const satisfies OptionSpecs

/**
 * @param to the peer that was named, if one was
 * @throws PeerworkError `BAD_OPTION`
 */
export function routingOf(values: Values<typeof ROUTING>, to?: string): SubmitOptions {
  const { model, tag, hedge, explain } = values
  if (hedge !== undefined) toMs(hedge, '--hedge')
  if (hedge !== undefined && to !== undefined) {
    const why = '--hedge asks a second peer, and --to allows but one: leave one of the two out'
    throw new PeerworkError('BAD_OPTION', why)
  }
  return {
    ...(model.length > 0 && { models: model }),
    ...(tag.length > 0 && { tags: tag }),
    ...(hedge !== undefined && { hedge }),
    ...(explain && { explain })
  }
}

/** @throws PeerworkError `BAD_OPTION` */
export function budgetOf(values: Values<typeof BUDGET>): Pick<SubmitOptions, 'budget'> {
  const cpu = values['budget-cpu']
  const cpuMs = cpu === undefined ? undefined : toMs(cpu, '--budget-cpu')
  const tokens = amount(values['budget-tokens'], '--budget-tokens', true)
  const cost = amount(values['budget-cost'], '--budget-cost', false)
  const bytes = amount(values['budget-bytes'], '--budget-bytes', true)
  const depth = amount(values['budget-depth'], '--budget-depth', true)
  const budget = {
    ...(cpuMs !== undefined && { cpuMs }),
    ...(tokens !== undefined && { tokens }),
    ...(cost !== undefined && { cost }),
    ...(bytes !== undefined && { bytes }),
    ...(depth !== undefined && { depth })
  }
  return Object.keys(budget).length > 0 ? { budget } : {}
}

function amount(text: string | undefined, option: string, whole: boolean): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  const fits = whole ? Number.isSafeInteger(value) : Number.isFinite(value)
  if (text.trim() === '' || !fits || value < 0) {
    const what = whole ? 'a whole number' : 'a number'
    throw new PeerworkError('BAD_OPTION', `${option} is ${what} from 0: "${text}"`)
  }
  return value
}
