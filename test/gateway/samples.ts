/** A run of three agents in which a handoff broke, as lines of NDJSON. */

import { TRACE } from './observed.ts'

export const ROOT = '1111111111111111'
export const CHILD = '2222222222222222'
export const MODEL = '3333333333333333'
/** ms since 1970 */
export const START = Date.UTC(2026, 0, 2, 3, 4, 5)

const at = (ms: number): number => START + ms

export const BROKEN_RUN = [
  {
    ...{ type: 'span', trace: TRACE, span: ROOT, name: 'plan a trip', kind: 'agent' },
    ...{ agent: 'planner', start: at(0), end: at(900), status: 'error' },
    error: { code: 'TOOL_FAILED', message: 'no flights' }
  },
  {
    ...{ type: 'span', trace: TRACE, span: CHILD, parent: ROOT, name: 'book', kind: 'tool' },
    ...{ agent: 'booker', tool: 'book', start: at(100), end: at(800) },
    error: { code: 'TOOL_FAILED', message: 'no flights' },
    attributes: { 'http.status': 500 }
  },
  {
    ...{ type: 'span', trace: TRACE, span: MODEL, parent: ROOT, name: 'chat', kind: 'model' },
    ...{ agent: 'planner', model: 'gpt-4o', provider: 'openai', start: at(10), end: at(90) },
    tokens: { input: 1_000, output: 100 }
  },
  {
    ...{
      type: 'handoff',
      trace: TRACE,
      id: 'trip/1',
      side: 'giver',
      from: 'planner',
      to: 'booker'
    },
    ...{ skill: 'book', span: ROOT, offered: at(95), accepted: at(97), ended: at(850) },
    ...{ status: 'error', error: { code: 'TOOL_FAILED', message: 'no flights' } }
  },
  {
    ...{
      type: 'handoff',
      trace: TRACE,
      id: 'trip/1',
      side: 'taker',
      from: 'planner',
      to: 'booker'
    },
    ...{ skill: 'book', span: CHILD, accepted: at(96), started: at(100), ended: at(800) },
    ...{ status: 'error', error: { code: 'TOOL_FAILED', message: 'no flights' } }
  },
  {
    ...{ type: 'state', trace: TRACE, span: CHILD, at: at(300), author: 'booker' },
    operations: [{ op: 'add', path: '/trip/flight', value: 'LH1' }]
  },
  {
    ...{ type: 'guard', trace: TRACE, span: CHILD, at: at(400), guard: 'budget' },
    ...{ reason: 'cost', limit: 1, value: 2, action: 'warned' }
  },
  { type: 'event', trace: TRACE, span: CHILD, at: at(500), name: 'retry', body: { attempt: 2 } }
] as const
