import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Agent, TraceEvent } from '../../src/index.ts'
import { Names } from '../../src/cli/names.ts'
import { describeWork } from '../../src/cli/trace-line.ts'
import { systemClock } from '../../src/node/clock.ts'
import type { Contents } from '../../src/node/content/contents.ts'
import { createTeller, stateChanged } from '../../src/node/told.ts'
import { fold } from '../../src/observer/fold.ts'
import type { WorkEvent } from '../../src/protocol/trace.ts'
import { isTraceEvent } from '../../src/protocol/trace.ts'
import { Company } from '../helpers/company.ts'
import { until } from '../helpers/processes.ts'
import { skillFile } from '../tasks/shop.ts'
import { ALICE, TASK, TRACE } from './control-double.ts'

const fields = {
  ...{ trace: TRACE, span: '00000000000000bb', parent: '00000000000000aa', task: TASK },
  ...{ skill: 'tells', side: 'executor' as const, peer: ALICE }
}

let stage: Company
let alice: Agent
let bob: Agent

beforeAll(async () => {
  stage = new Company()
  alice = await stage.inside({ name: 'alice', skills: [{ file: skillFile('tells') }] })
  bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
  await until('they know each other', async () => (await alice.peers()).length === 1)
})
afterAll(() => stage[Symbol.asyncDispose]())

type Seen = { readonly from: string; readonly event: WorkEvent }

/** Everything an observer elsewhere sees of one task, until both sides have told its end. */
async function seenOf(input: object): Promise<readonly Seen[]> {
  const stop = new AbortController()
  const seen: Seen[] = []
  const watching = (async () => {
    for await (const { from, event } of bob.watch({ skill: 'tells', signal: stop.signal })) {
      if ('task' in event) seen.push({ from, event })
    }
  })()
  await bob.run('tells', input, { state: {} }).catch(() => undefined)
  const ended = ({ event }: Seen): boolean => /^task\.(?:completed|failed)$/.test(event.type)
  await until('both sides told its end', async () => seen.filter(ended).length === 2)
  stop.abort()
  await watching
  return seen
}

test('every word of a skill is an event and a span, and sums are told once', async () => {
  const seen = await seenOf({ calls: 2, spend: 10 })
  const own = seen.filter(({ from }) => from === alice.id).map(({ event }) => event)
  const completed = own.find(({ type }) => type === 'task.completed')
  const bare = own.filter(({ type }) => !type.startsWith('task.')).map(({ type }) => type)
  expect(bare).toEqual([
    ...['model.called', 'model.called', 'tool.called', 'tool.called', 'step.ended', 'step.ended'],
    ...['guard.tripped', 'guard.tripped', 'handoff.offered', 'handoff.accepted', 'handoff.ended'],
    ...['handoff.offered', 'state.changed']
  ])
  expect(completed).toMatchObject({ tokens: 60, cost: 1, toldTokens: 50, toldCost: 0.5 })
  expect(own.find(({ type }) => type === 'state.changed')).toMatchObject({
    ...{ operations: [{ op: 'add', path: '/word', bytes: 6 }], more: 0, peer: bob.id },
    span: completed?.span
  })
  expect(JSON.stringify(own)).not.toContain('hush')

  const parts = seen.map(({ from, event }) => fold(event, { id: from, boot: '00' }))
  const spans = parts.flatMap((part) => part.spans)
  const sum = (of: (span: (typeof spans)[number]) => number | undefined): number =>
    spans.reduce((all, span) => all + (of(span) ?? 0), 0)
  expect(sum(({ tokens }) => (tokens?.input ?? 0) + (tokens?.output ?? 0))).toBe(60)
  expect(sum(({ cost }) => cost)).toBe(1)

  // Each step is a span of its own below the task's; a handoff's events share one.
  const steps = spans.filter(({ kind }) => kind !== 'task')
  expect(new Set(steps.map(({ span }) => span)).size).toBe(2 + 2 + 2 + 2)
  expect(new Set(steps.map(({ parent }) => parent))).toEqual(new Set([completed?.span]))
  const handoffs = parts.flatMap((part) => part.handoffs).filter(({ id }) => !id.includes('/'))
  expect(handoffs).toMatchObject([
    { mode: 'human', from: alice.id, to: 'Mia', status: 'offered' },
    { status: 'accepted' },
    { status: 'rejected', error: { message: 'not today' } },
    { mode: 'pass-control', status: 'offered' }
  ])
  expect(new Set(handoffs.map(({ id }) => id)).size).toBe(2)

  const names = new Names()
  const lines = own.map((event) => describeWork(event, names))
  const told = [
    ...[/^model tiny done in .*, 20 \+ 5 tokens, \$0\.25$/, /^tool look-up failed in .*: ENOENT$/],
    ...[/^retrieval find done/, /^step think failed .*: RangeError$/],
    ...[/^guard turns warned: 4 of 3, long$/, /^offered to Mia \(human\)$/],
    ...[/^handoff accepted$/, /^handoff ended: rejected$/, /^state: add \/word$/]
  ]
  for (const line of told) expect(lines).toContainEqual(expect.stringMatching(line))
})

test('a budget that stops work is a guard that tripped', async () => {
  const stop = new AbortController()
  const guards = bob.watch({ types: ['guard.*'], signal: stop.signal })[Symbol.asyncIterator]()
  const next = guards.next()
  const budget = { tokens: 30 }
  const work = bob.run('tells', { calls: 2, waits: true }, { budget })
  await expect(work).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' })
  const { value } = (await next) as { value: { from: string; event: TraceEvent } }
  expect(value).toMatchObject({
    from: alice.id,
    event: { guard: 'budget.tokens', limit: 30, value: 50, action: 'stopped' }
  })
  stop.abort()
})

test('of many changes of the state the first are told, and no value of any', () => {
  const patch = Array.from({ length: 40 }, (_, n) => {
    return { op: 'add' as const, path: `/${'é\n'.repeat(n * 9)}`, value: 'sesame' }
  })
  const moves = [{ op: 'move' as const, path: '/a', from: '/b' }, ...patch]
  const fact = stateChanged(fields, moves)
  expect(fact).toMatchObject({ more: 9 })
  expect(isTraceEvent({ ...fact, seq: 0, at: 1 })).toBe(true)
  if (fact.type !== 'state.changed') throw new Error(fact.type)
  expect(fact.operations).toHaveLength(32)
  expect(fact.operations.slice(0, 2)).toEqual([
    { op: 'move', path: '/a', from: '/b', bytes: 0 },
    { op: 'add', path: '/', bytes: 8 }
  ])
  expect(JSON.stringify(fact)).not.toContain('sesame')
})

test('a handoff that nobody offered is not told', () => {
  const facts: unknown[] = []
  const port = { emit: (fact: unknown) => void facts.push(fact) }
  const tell = createTeller(port, fields, { random: systemClock.random })
  tell({ type: 'handoff.accepted', call: 0 })
  tell({ type: 'handoff.ended', call: 7, outcome: 'ok' })
  expect(facts).toEqual([])
})

test('contents of a step stand under its own span, and end with the first that cannot be', () => {
  const facts: { span?: string; type: string }[] = []
  const port = { emit: (fact: object) => void facts.push(fact as (typeof facts)[0]) }
  const asked: unknown[] = []
  const contents: Pick<Contents, 'tell'> = {
    tell: (_, { span, parent }, of, json) => {
      asked.push([span, parent, of, Buffer.from(json).toString()])
      return asked.length === 3 ? 'slow' : 'told'
    }
  }
  const { random } = systemClock
  const tell = createTeller(port, fields, { random, contents })
  const step = { type: 'tool.called', tool: 'find', wallMs: 1 } as const
  const json = { input: Buffer.from('1'), output: Buffer.from('2') }
  tell(step, json)
  tell(step, { output: json.output })
  tell(step, json)
  expect(facts.map(({ type }) => type)).toEqual(Array(3).fill('tool.called'))
  const [one, two] = facts.map(({ span }) => span)
  expect(asked).toEqual([
    ...[
      [one, fields.span, 'input', '1'],
      [one, fields.span, 'output', '2'],
      [two, fields.span, 'output', '2']
    ]
  ])
  createTeller(port, fields, { random })(step, json)
  expect(asked).toHaveLength(3)
})
