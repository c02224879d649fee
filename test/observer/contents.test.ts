import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Agent, ObservedEvent } from '../../src/index.ts'
import { systemClock } from '../../src/node/clock.ts'
import { FRESH_MS } from '../../src/observer/content-keys.ts'
import { Contents } from '../../src/observer/contents.ts'
import { fold } from '../../src/observer/fold.ts'
import type { Fact } from '../../src/observer/model.ts'
import { Company } from '../helpers/company.ts'
import { until } from '../helpers/processes.ts'
import { skillFile } from '../tasks/shop.ts'

let stage: Company
let alice: Agent
let bob: Agent
let carol: Agent

beforeAll(async () => {
  stage = new Company()
  bob = await stage.inside({ name: 'bob' })
  carol = await stage.inside({ name: 'carol' })
  const traceContent = { observers: [bob.id] }
  const skills = [{ file: skillFile('talks') }]
  alice = await stage.inside({ name: 'alice', skills, traceContent })
  for (const one of [bob, carol]) await one.connect(alice.addresses[0] ?? '')
  await until('she knows both', async () => (await alice.peers()).length === 2)
})
afterAll(() => stage[Symbol.asyncDispose]())

/** What an observer gets of one task, as facts. */
async function factsOf(observer: Agent, set: string): Promise<readonly Fact[]> {
  const stop = new AbortController()
  const seen: ObservedEvent[] = []
  const watching = (async () => {
    for await (const one of observer.watch({ signal: stop.signal })) seen.push(one)
  })()
  const { trace } = await bob.run('talks', { set }, { to: alice.id, state: {} })
  const end = ({ from, event }: ObservedEvent) =>
    from === alice.id && event.type === 'task.completed' && event.trace === trace
  await until('she told the end', () => seen.some(end))
  stop.abort()
  await watching
  const own = seen.filter(({ from, event }) => {
    return from === alice.id && 'trace' in event && event.trace === trace
  })
  return own.flatMap(({ from, event }) => fold(event, { id: from, boot: '00' }).facts)
}

const readerOf = ({ traces: door }: Agent, elapsed = systemClock.elapsed): Contents =>
  new Contents({ door, elapsed })
const soon = () => AbortSignal.timeout(10_000)

test('the observer she named reads what went in and out, redacted; no other does', async () => {
  const facts = await factsOf(carol, 'mail ada@example.org about the sesame')
  expect(JSON.stringify(facts)).not.toContain('sesame')
  const contents = await readerOf(bob).read(facts, soon())
  const told = 'mail [redacted] about the sesame'
  const byPlace = Object.fromEntries(contents.map(({ of, value }) => [of, value]))
  expect(byPlace).toMatchObject({
    ...{ input: { set: told }, state: [{ op: 'add', path: '/word', value: told }] },
    output: { state: { word: told }, from: '[redacted]' }
  })
  expect(contents.every(({ by }) => by === alice.id)).toBe(true)

  const strangers = await readerOf(carol).read(facts, soon())
  expect(strangers).toHaveLength(3)
  for (const { value, why, state } of strangers) {
    expect([value, state]).toEqual([undefined, 'not-permitted'])
    expect(why).toMatchObject({ code: 'ROLE_MISSING' })
  }
})

test('dropped keys leave nothing to read: at the observer, and at the producer', async () => {
  const facts = await factsOf(bob, 'hush')
  const trace = facts[0]?.trace ?? ''
  let ahead = 0
  const [mine, reader] = [readerOf(bob), readerOf(bob, () => systemClock.elapsed() + ahead)]
  const states = async (contents: Contents) =>
    (await contents.read(facts, soon())).map(({ state }) => state)
  expect(await states(mine)).toEqual(Array(3).fill('shown'))
  expect(await states(reader)).toEqual(Array(3).fill('shown'))
  mine.forget(trace)
  expect(await states(mine)).toEqual(Array(3).fill('dropped'))
  expect(await states(reader)).toEqual(Array(3).fill('shown'))
  alice.traces.forgetContent(trace)
  expect(await states(readerOf(bob))).toEqual(Array(3).fill('dropped'))
  // Who has read before looks again, and then cannot either.
  ahead = FRESH_MS
  expect(await states(reader)).toEqual(Array(3).fill('dropped'))
})

test('what was moved to another task cannot be read there', async () => {
  const facts = await factsOf(bob, 'hush')
  const moved = facts.map((fact) => ({ ...fact, body: { ...fact.body, task: '00'.repeat(16) } }))
  const read = await readerOf(bob).read(moved, soon())
  expect(read).toHaveLength(3)
  for (const { why, state } of read) {
    expect([why?.code, state]).toEqual(['MALFORMED', 'unreadable'])
  }
})

test('an agent that was not told to tells no contents, and has no keys', async () => {
  const key = carol.traces.contentKey(carol.id, '00'.repeat(16), soon())
  await expect(key).rejects.toMatchObject({ code: 'CONTENT_GONE' })
})
