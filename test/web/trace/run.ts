/** Runs to look at: a small one that broke, and as many spans as one wants. */

import { SPAN, TRACE } from '../../gateway/observed.ts'

/** ms since 1970: long ago, so that what is open stays as it was told. */
export const BEGAN = Date.UTC(2026, 0, 2, 3, 4, 5)
export const hex = (id: number): string => id.toString(16).padStart(16, '0')

const at = (ms: number): number => BEGAN + ms
const span = (id: number, name: string, agent: string, more: object) => ({
  ...{ type: 'span', trace: TRACE, span: hex(id), name, agent, ...more }
})

export const TRIP = [
  {
    ...{ type: 'span', trace: TRACE, span: SPAN, name: 'plan a trip', agent: 'planner' },
    ...{ kind: 'agent', start: at(0), end: at(10_000), status: 'error' },
    error: { code: 'TOOL_FAILED', message: 'no flight' }
  },
  span(2, 'think', 'planner', {
    kind: 'model',
    model: 'm1',
    parent: SPAN,
    start: at(0),
    end: at(900)
  }),
  {
    ...span(3, 'find flights', 'flights', { parent: SPAN, start: at(1_000), end: at(3_000) }),
    ...{ kind: 'agent', status: 'error', error: { code: 'TOOL_FAILED', message: 'no flight' } },
    attributes: { airline: 'LH', tries: [1, 2, { deep: 'below' }] }
  },
  {
    ...span(4, 'ask the airline', 'flights', { parent: hex(3), start: at(1_500), end: at(2_500) }),
    ...{ kind: 'tool', tool: 'http', status: 'error' },
    error: { code: 'HTTP_503', message: 'Service Unavailable' }
  },
  span(5, 'book a hotel', 'hotels', { parent: SPAN, start: at(9_500), end: at(9_900) }),
  ...['giver', 'taker'].map((side) => ({
    ...{ type: 'handoff', trace: TRACE, id: 'h1', side, from: 'planner', to: 'flights' },
    ...{ span: side === 'giver' ? SPAN : hex(3), offered: at(950), accepted: at(960) },
    ...{ started: at(1_000), ended: at(3_000), bytes: side === 'giver' ? 100 : 90 },
    ...{ status: side === 'giver' ? 'error' : 'ok' }
  })),
  {
    ...{ type: 'event', trace: TRACE, span: hex(3), at: at(2_000), name: 'note' },
    body: { text: 'trying again' }
  }
]

/** Steps one after the other by a few agents; one in 500 fails. */
export function manySteps(count: number, from = 100): readonly object[] {
  return Array.from({ length: count }, (_, index) => {
    const failed = index % 500 === 499
    return {
      ...span(from + index, `step ${index}`, `agent ${index % 5}`, { parent: SPAN, kind: 'step' }),
      ...{ start: at(index * 2), end: at(index * 2 + 5), status: failed ? 'error' : 'ok' },
      ...(failed && { error: { code: 'E', message: 'bad' } })
    }
  })
}
