/** A third agent watches two others work. */

import { expect, test } from 'vitest'
import type { ObservedEvent } from '../../src/index.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

/** Several batches of fifty events on each side. */
const TASKS = 40

test('an observer sees both sides of one trace, in order, linked, and misses nothing', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  const bob = await stage.start({ name: 'bob', bootstrap: [alice.address] })
  const observer = await stage.inside({ name: 'observer', bootstrap: [alice.address] })
  await until('it knows both', async () => (await observer.peers()).length === 2)
  const seen: ObservedEvent[] = []
  const watching = (async () => {
    for await (const event of observer.watch()) seen.push(event)
  })()

  const runs = Array.from({ length: TASKS }, (_, n) => bob.agent.run('count', { n }))
  const results = await Promise.all(runs)
  const ends = () => seen.filter(({ event }) => event.type === 'task.completed').length
  await until('both ends of every task were seen', () => ends() === 2 * TASKS)
  await observer.stop()
  await watching

  expect(seen.filter(({ missed }) => missed > 0)).toEqual([])
  for (const { task, trace } of results) {
    const events = seen.filter(({ event }) => 'task' in event && event.task === task)
    const told = (from: string) => events.filter((event) => event.from === from)
    expect(typesOf(told(bob.id))).toEqual(['submitted', 'accepted', 'completed'])
    const work = ['received', 'accepted', 'started', 'progress', 'completed']
    expect(typesOf(told(alice.id))).toEqual(work)
    expect(events).toHaveLength(3 + work.length)
    // One trace, two spans, and the executor's hangs below the requester's.
    expect(distinct(events, 'trace')).toEqual([trace])
    const [span, ...others] = distinct(told(bob.id), 'span')
    expect(others).toEqual([])
    expect(distinct(told(alice.id), 'parent')).toEqual([span])
    expect(distinct(told(alice.id), 'span')).not.toEqual([span])
    expect(told(alice.id).every(({ event }) => 'peer' in event && event.peer === bob.id)).toBe(true)
  }
  for (const from of [alice.id, bob.id]) expect(gaps(seen, from)).toEqual([])
})

test('an observer follows an agent over its restart without taking it for a gap', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  const observer = await stage.inside({ name: 'observer', bootstrap: [alice.address] })
  const seen: ObservedEvent[] = []
  const watching = (async () => {
    for await (const event of observer.watch({ peer: alice.id })) seen.push(event)
  })()
  const by = (type: string) =>
    seen.filter(({ from, event }) => {
      return from === alice.id && event.type === type
    })
  await observer.run('count', {})
  await until('the first run was seen', () => by('task.completed').length === 1)
  await alice.kill()
  await until('she left', async () => (await observer.peers()).length === 0)
  await alice.restart()
  await observer.run('count', {})
  await until('the second run was seen', () => by('task.completed').length === 2)
  await observer.stop()
  await watching
  expect(by('agent.started')).toHaveLength(2)
  expect(seen.filter(({ missed }) => missed > 0)).toEqual([])
})

const typesOf = (events: readonly ObservedEvent[]): string[] =>
  events.map(({ event }) => event.type.replace('task.', ''))

function distinct(events: readonly ObservedEvent[], field: string): unknown[] {
  return [...new Set(events.map(({ event }) => (event as Record<string, unknown>)[field]))]
}

/** Places in a producer's log after which the next event is not the next one seen. */
function gaps(events: readonly ObservedEvent[], from: string): number[] {
  const places = events.filter((event) => event.from === from).map(({ event }) => event.seq)
  return places.filter((seq, at) => at > 0 && seq !== (places[at - 1] ?? 0) + 1)
}
