/**
 * A run of three agents as lines for an observer: the planner has flights found and paid for. In
 * the failing one the payment is refused, and two agents write the budget at the same time.
 */

export interface SampleInit {
  /** 32 hex digits. */
  readonly trace: string
  readonly fails?: boolean
  /** ms since 1970. */
  readonly start?: number
  /** How much slower than usual the search is, times. */
  readonly slower?: number
}

export const BEGUN = Date.UTC(2026, 0, 2, 10, 0, 0)
export const NAME = 'book a flight'
/** A trace of its own for each number. */
export const traceOf = (n: number): string => (n + 1).toString(16).padStart(32, 'a')

export const SPANS = {
  plan: '1000000000000001',
  think: '1000000000000002',
  find: '1000000000000003',
  search: '1000000000000004',
  pay: '1000000000000005',
  charge: '1000000000000006',
  rank: '1000000000000007'
} as const
const REFUSED = { code: 'CARD_DECLINED', message: 'The bank refused the card ending 4242.' }

export function sampleRun({ trace, fails = false, start = BEGUN, slower = 1 }: SampleInit) {
  const times = (from: number, to: number) => ({ start: start + from, end: start + to })
  const { plan, think, find, search, pay, charge, rank } = SPANS
  const span = { type: 'span', trace } as const
  const found = 900 * slower
  const ended = found + 800
  const bad = fails ? { status: 'error', error: REFUSED } : { status: 'ok' }
  const spans = [
    {
      ...{ ...span, span: plan, name: NAME, kind: 'agent', agent: 'planner', ...bad },
      ...times(0, ended)
    },
    {
      ...{ ...span, span: think, parent: plan, name: 'plan the trip', kind: 'model' },
      ...{ agent: 'planner', model: 'gpt-large', provider: 'acme', ...times(10, 300) },
      ...{ tokens: { input: 1_200, output: 340 }, cost: 0.012 },
      attributes: {
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: 'From Oslo to Rome on Friday.' }] }
        ]),
        'gen_ai.output.messages': JSON.stringify([
          { role: 'assistant', parts: [{ type: 'text', content: 'Find flights, then pay.' }] }
        ])
      }
    },
    {
      ...{ ...span, span: find, parent: plan, name: 'find-flight', kind: 'agent' },
      ...{ agent: 'flights', ...times(310, found) }
    },
    {
      ...{ ...span, span: search, parent: find, name: 'search', kind: 'tool', tool: 'search' },
      ...{ agent: 'flights', ...times(320, found - 150) },
      attributes: { 'gen_ai.tool.call.arguments': '{"from":"OSL","to":"FCO"}' }
    },
    {
      ...{ ...span, span: rank, parent: find, name: 'rank', kind: 'model', model: 'tiny' },
      ...{ agent: 'flights', ...times(found - 140, found - 10), cost: 0.001 },
      tokens: { input: 400, output: 20 }
    },
    {
      ...{ ...span, span: pay, parent: plan, name: 'pay', kind: 'agent', agent: 'payments' },
      ...{ ...times(found - 50, ended - 20), ...bad }
    },
    {
      ...{ ...span, span: charge, parent: pay, name: 'charge', kind: 'tool', tool: 'charge' },
      ...{ agent: 'payments', ...times(found + 50, ended - 30), ...bad }
    }
  ]
  const end = { found, ended, fails }
  return [...spans, ...handoffsOf(trace, start, end), ...statesOf(trace, start, end)]
}

interface Ends {
  readonly found: number
  readonly ended: number
  readonly fails: boolean
}

function handoffsOf(trace: string, start: number, { found, ended, fails }: Ends) {
  const give = { type: 'handoff', trace, side: 'giver', from: 'planner' } as const
  const take = { type: 'handoff', trace, side: 'taker' } as const
  const status = fails ? { status: 'rejected', error: REFUSED } : { status: 'ok' }
  return [
    {
      ...{ ...give, id: 'h1', to: 'flights', skill: 'find-flight', span: SPANS.plan, status: 'ok' },
      ...{ offered: start + 302, accepted: start + 308, ended: start + found + 6, cost: 0.001 }
    },
    {
      ...{ ...take, id: 'h1', span: SPANS.find, status: 'ok', offered: start + 305 },
      ...{ accepted: start + 306, started: start + 310, ended: start + found }
    },
    {
      ...{ ...give, id: 'h2', to: 'payments', skill: 'pay', span: SPANS.plan, ...status },
      ...{ offered: start + found + 10, accepted: start + found + 20, ended: start + ended - 10 }
    },
    {
      ...{ ...take, id: 'h2', span: SPANS.pay, ...status, offered: start + found + 15 },
      ...{ accepted: start + found + 16, started: start + found + 40, ended: start + ended - 20 }
    }
  ]
}

const NOTE = 'The traveller wants a window seat, no early morning, and a bag of 20 kg.'

function statesOf(trace: string, start: number, { found, fails }: Ends) {
  const state = { type: 'state', trace } as const
  const first = [
    { op: 'add', path: '/budget', value: 400 },
    { op: 'add', path: '/note', value: NOTE }
  ]
  const second = [
    { op: 'replace', path: '/budget', value: 250 },
    { op: 'replace', path: '/note', value: NOTE.replace('window', 'quiet window') }
  ]
  const rival = [{ op: 'replace', path: '/budget', value: 90 }]
  const guard = { type: 'guard', trace, span: SPANS.pay, guard: 'budget', action: 'warned' }
  return [
    { ...state, at: start + 5, span: SPANS.plan, author: 'planner', operations: first },
    { ...state, at: start + found - 20, span: SPANS.find, author: 'flights', operations: second },
    ...(fails
      ? [
          {
            ...state,
            at: start + found - 18,
            span: SPANS.pay,
            author: 'payments',
            operations: rival
          },
          { ...guard, at: start + found + 60, reason: 'Three quarters of the budget are spent.' }
        ]
      : [])
  ]
}

/** Handoffs in plenty between a few agents; each thirtieth fails. */
export function manyHandoffs(trace: string, count: number): readonly object[] {
  const agents = ['planner', 'flights', 'hotels', 'payments', 'mail']
  const root = { type: 'span', trace, span: SPANS.plan, name: 'a long day', kind: 'agent' } as const
  const handoffs = Array.from({ length: count }, (_, n) => {
    const to = agents[1 + (Math.floor(n / 6) % (agents.length - 1))]
    const at = BEGUN + n * 40
    const fails = n % 30 === 29
    return {
      ...{ type: 'handoff', trace, id: `h${n}`, from: 'planner', to, skill: `work-${to}` },
      ...{ span: SPANS.plan, offered: at, accepted: at + 3, started: at + 5, ended: at + 30 },
      ...{ cost: 0.002, status: fails ? 'error' : 'ok' },
      ...(fails && { error: { code: 'TIMED_OUT', message: 'No answer in time.' } })
    }
  })
  const end = BEGUN + count * 40
  return [{ ...root, agent: 'planner', start: BEGUN, end }, ...handoffs]
}

/** Text that tries to be more than text: markup, other directions, escapes, and much of it. */
export const HOSTILE =
  '<img src=x onerror="document.title=1"><script>document.title=1</script>' +
  `\u202Egnp.exe\u2066 \u001B[31mred\u001B[0m ${'ab'.repeat(150)}`

/** The failing run with hostile text wherever an agent can put any. */
export function hostileRun(trace: string): readonly object[] {
  const agent = HOSTILE
  const base = { trace, span: SPANS.plan } as const
  const error = { code: HOSTILE, message: HOSTILE }
  const start = BEGUN
  const say = { role: HOSTILE, content: HOSTILE }
  return [
    {
      ...{ type: 'span', ...base, name: HOSTILE, kind: 'agent', agent, start, end: start + 900 },
      ...{ status: 'error', error }
    },
    {
      ...{ type: 'span', trace, span: SPANS.think, parent: SPANS.plan, name: HOSTILE },
      ...{ kind: 'model', model: HOSTILE, provider: HOSTILE, agent, start, end: start + 50, error },
      attributes: { 'gen_ai.input.messages': JSON.stringify([say]) }
    },
    {
      ...{ type: 'handoff', ...base, id: HOSTILE, from: agent, to: `${HOSTILE}2`, skill: HOSTILE },
      ...{ offered: start + 100, ended: start + 400, status: 'error', error }
    },
    {
      ...{ type: 'state', ...base, at: start + 10, author: agent },
      operations: [{ op: 'add', path: `/${HOSTILE}`, value: { [HOSTILE]: HOSTILE } }]
    },
    { type: 'event', ...base, at: start + 20, name: HOSTILE, body: { [HOSTILE]: HOSTILE } }
  ]
}
