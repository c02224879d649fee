import { expect, test } from 'vitest'
import { SAMPLE_FAILED, SAMPLE_TRACES } from '../../../src/gateway/sample/runs.ts'
import { observed } from '../observed.ts'
import type { Observed } from '../observed.ts'

const PATH = '/api/v1/sample'
const audited = async (it: Observed, key: string): Promise<unknown[]> => {
  const { items } = (await it.ask('/api/v1/audit', { key })).json() as { items: { what: string }[] }
  return items.map(({ what }) => what).filter((what) => what.startsWith('sample.'))
}

test('loading and removing leave the store as it was, and are in the audit once each', async () => {
  await using it = await observed()
  const key = it.key(['admin'])
  const ask = async (method: string) => (await it.ask(PATH, { method, key })).json()
  expect(await ask('GET')).toEqual({ loaded: 0, traces: [], failed: SAMPLE_FAILED })
  const told: unknown[] = []
  it.observer.intake.listen((entries) => told.push(entries))
  const answers = await Promise.all([ask('POST'), ask('POST')])
  for (const answer of [...answers, await ask('POST')]) {
    expect(answer).toEqual({ ...answer, loaded: SAMPLE_TRACES.length })
  }
  expect(await it.observer.store.size()).toMatchObject({ traces: SAMPLE_TRACES.length })
  expect(told).toEqual([])
  const failed = await it.ask(`/api/v1/traces/${SAMPLE_FAILED}`, { key })
  expect(failed.json()).toMatchObject({ summary: { status: 'error', costSource: 'estimated' } })
  expect(await ask('DELETE')).toMatchObject({ loaded: 0 })
  expect(await ask('DELETE')).toMatchObject({ loaded: 0 })
  expect(await it.observer.store.size()).toMatchObject({ spans: 0, traces: 0, facts: 0 })
  expect(await it.observer.store.usage({ bucket: 'hour' })).toEqual([])
  expect(await audited(it, key)).toEqual(['sample.removed', 'sample.loaded'])
})

test('only who administers may load or remove it', async () => {
  await using it = await observed()
  const key = it.key(['read', 'ingest'])
  for (const method of ['POST', 'DELETE']) {
    expect((await it.ask(PATH, { method, key })).status).toBe(403)
    // Another page can send no such header: not with the cookie of who is signed in.
    const cookie = await it.cookie()
    expect((await it.ask(PATH, { method, headers: { cookie } })).status).toBe(403)
  }
  expect((await it.ask(PATH, { key })).json()).toMatchObject({ loaded: 0 })
})
