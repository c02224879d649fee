/** What a search can ask for: the one list that parsing, suggestions and the help are made of. */

export type Operator = ':' | '>' | '<'

export interface Field {
  readonly name: string
  readonly operators: readonly Operator[]
  /** What its value is: a name as agents gave it, one of few words, or a measure. */
  readonly value: 'name' | 'status' | 'dollars' | 'duration' | 'time'
  /** The parameter of the API, by operator. */
  readonly parameter: Readonly<Partial<Record<Operator, string>>>
  readonly about: string
  readonly example: string
  /** Words that people try instead. */
  readonly also: readonly string[]
  /** Whether the observer suggests values (`/api/v1/values/{field}`). */
  readonly isListed?: true
}

const named = (name: string, about: string, more: Partial<Field> = {}): Field => ({
  ...{ name, about, operators: [':'], value: 'name', parameter: { ':': name } },
  ...{ example: `${name}:…`, also: [], ...more }
})

export const FIELDS: readonly Field[] = [
  named('agent', 'an agent that took part', {
    ...{ example: 'agent:planner', also: ['peer', 'by', 'who'], isListed: true }
  }),
  named('status', 'how it ended: ok, error, canceled, open', {
    ...{ value: 'status', example: 'status:error', also: ['state', 'is', 'result'] }
  }),
  named('skill', 'a skill that was asked for', {
    ...{ example: 'skill:book-flight', also: ['task', 'capability'], isListed: true }
  }),
  named('model', 'a model that was called', {
    ...{ example: 'model:gpt-5', also: ['llm'], isListed: true }
  }),
  named('tool', 'a tool that was called', {
    ...{ example: 'tool:search', also: ['function'], isListed: true }
  }),
  named('error', 'the code of an error within it', {
    ...{ example: 'error:TIMEOUT', also: ['code', 'errorcode', 'failure'] }
  }),
  named('conversation', 'the conversation it belongs to', {
    ...{ example: 'conversation:c-17', also: ['session', 'thread', 'chat'] }
  }),
  {
    ...{ name: 'cost', operators: ['>', '<'], value: 'dollars', example: 'cost>0.5' },
    ...{ parameter: { '>': 'costAbove', '<': 'costBelow' }, also: ['price', 'usd', 'spent'] },
    about: 'more or less than so many US dollars'
  },
  {
    ...{ name: 'took', operators: ['>', '<'], value: 'duration', example: 'took>2s' },
    parameter: { '>': 'longerThanMs', '<': 'shorterThanMs' },
    also: ['duration', 'time', 'latency', 'ms'],
    about: 'longer or shorter: ms, s, min, h'
  },
  named('since', 'began then or later: 15m, 24h, 7d ago, or a date', {
    ...{ value: 'time', parameter: { ':': 'from' }, example: 'since:24h' },
    also: ['from', 'after', 'newer']
  }),
  named('until', 'began before: 15m, 24h, 7d ago, or a date', {
    ...{ value: 'time', parameter: { ':': 'to' }, example: 'until:2026-11-01' },
    also: ['to', 'before', 'older']
  })
]

export const fieldOf = (name: string): Field | undefined =>
  FIELDS.find((field) => field.name === name.toLowerCase())

/** Words for how a trace ended, and what the API calls them. */
export const STATUSES: Readonly<Record<string, string>> = {
  ...{ ok: 'ok', error: 'error', canceled: 'canceled', open: 'open' },
  ...{ failed: 'error', running: 'open', cancelled: 'canceled' }
}

/** Times that are asked for most, as suggestions. */
export const TIMES = ['15m', '1h', '24h', '7d', '30d'] as const

/** The field that was most likely meant: by another word for it, or by the fewest wrong letters. */
export function nearestField(word: string): Field | undefined {
  const wrong = word.toLowerCase()
  const other = FIELDS.find(({ also }) => also.includes(wrong))
  if (other !== undefined) return other
  const near = FIELDS.map((field) => ({ field, far: distance(wrong, field.name) }))
  const best = near.reduce((a, b) => (b.far < a.far ? b : a))
  return best.far <= Math.max(1, Math.floor(best.field.name.length / 3)) ? best.field : undefined
}

/** Letters to add, drop, change or swap with their neighbour. */
export function distance(one: string, other: string): number {
  // A word of any length can be typed before a colon; a long one is near to no field.
  if (Math.abs(one.length - other.length) > 3) return Infinity
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      const above = rows[i - 1] ?? []
      const steps = [
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + Number(!same)
      ]
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (swapped) steps.push((rows[i - 2]?.[j - 2] ?? 0) + 1)
      row.push(Math.min(...steps))
    }
    rows.push(row)
  }
  return rows[one.length]?.[other.length] ?? Infinity
}
