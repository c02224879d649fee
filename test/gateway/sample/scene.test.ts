import { expect, test } from 'vitest'
import { SAMPLE_SOURCE, sampleTrace, Scene } from '../../../src/gateway/sample/scene.ts'
import { openSqliteStore } from '../../../src/observer/sqlite/open.ts'
import { systemClock } from '../../../src/node/clock.ts'
import { observed, temporary } from '../observed.ts'

const BEGIN = 1_795_000_000_000

test('the same word gives the same ids, another word or observer others', () => {
  expect(sampleTrace('a', 's')).toBe(sampleTrace('a', 's'))
  expect(sampleTrace('a', 's')).not.toBe(sampleTrace('b', 's'))
  expect(sampleTrace('a', 's')).not.toBe(sampleTrace('a', 't'))
  expect(sampleTrace('a', 's')).toMatch(/^[0-9a-f]{32}$/)
})

test('a scene is stored as what any other sender tells', async () => {
  const scene = new Scene(sampleTrace('a', 's'), BEGIN)
  const giver = scene.span('ask', [0, 100], { kind: 'task', agent: 'a' })
  const error = { code: 'E', message: 'why' }
  const taker = scene.span('answer', [10, 90], { kind: 'task', agent: 'b', parent: giver, error })
  const given = { from: 'a', to: 'b', skill: 's', error, spans: [giver, taker] as const }
  scene.handoff({ ...given, times: [0, 20, 90] })
  scene.fact('state.changed', taker, { at: 50, body: { operations: [] } })
  await using store = await openSqliteStore({ dir: temporary(), clock: systemClock })
  await store.ingest([scene])
  expect(await store.trace(scene.trace)).toMatchObject({ spans: 2, errors: 1, sealed: false })
  const [span] = await store.span(scene.trace, taker)
  expect(span).toMatchObject({ status: 'error', startUs: (BEGIN + 10) * 1_000, parent: giver })
  expect(span?.attributes).toEqual({ 'peerwork.sample': true })
  const [handoff] = (await store.handoffs({ trace: scene.trace, limit: 5 })).items
  expect(handoff?.giver).toMatchObject({ offeredUs: BEGIN * 1_000, status: 'error' })
  expect(handoff?.taker).toMatchObject({ endedUs: (BEGIN + 90) * 1_000, from: 'a', to: 'b' })
  expect((await store.facts({ trace: scene.trace, limit: 5 })).items).toHaveLength(1)
})

test('no key can be named as who tells the sample', async () => {
  await using it = await observed()
  expect(() => it.key(['ingest'], SAMPLE_SOURCE.by)).toThrow('is no name for a key')
})
