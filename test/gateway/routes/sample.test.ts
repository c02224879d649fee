import { expect, test } from 'vitest'
import { observed, SPAN } from '../observed.ts'
import type { Observed } from '../observed.ts'
import { share } from '../shares/secrets.ts'

const PATH = '/api/v1/sample'
const RUNS = 6
const audited = async (it: Observed, key: string): Promise<unknown[]> => {
  const { items } = (await it.ask('/api/v1/audit', { key })).json() as { items: { what: string }[] }
  return items.map(({ what }) => what).filter((what) => what.startsWith('sample.'))
}

test('loading and removing leave the store as it was, and are in the audit once each', async () => {
  await using it = await observed()
  const key = it.key(['admin'])
  const ask = async (method: string) => (await it.ask(PATH, { method, key })).json()
  expect(await ask('GET')).toEqual({
    loaded: 0,
    traces: [],
    failed: expect.stringMatching(/^[0-9a-f]{32}$/)
  })
  const told: unknown[] = []
  it.observer.intake.listen((entries) => told.push(entries))
  const answers = await Promise.all([ask('POST'), ask('POST')])
  for (const answer of [...answers, await ask('POST')]) {
    expect(answer).toEqual({ ...answer, loaded: RUNS })
  }
  expect(await it.observer.store.size()).toMatchObject({ traces: RUNS })
  expect(told).toEqual([])
  const { failed: bad } = await ask('GET')
  const failed = await it.ask(`/api/v1/traces/${String(bad)}`, { key })
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

test('a trace of which others told as well is none of the sample, and is not removed', async () => {
  await using it = await observed()
  const key = it.key(['admin'])
  const ask = async (method: string) => (await it.ask(PATH, { method, key })).json()
  const { failed } = await ask('GET')
  const before = String(failed)
  await it.tell({ type: 'span', trace: before, span: SPAN, name: 'mine', start: 1, end: 2 })
  expect(await ask('GET')).toMatchObject({ loaded: 0 })
  const { loaded, traces } = await ask('POST')
  expect([loaded, (traces as string[]).includes(before)]).toEqual([RUNS - 1, false])
  await it.tell({ type: 'event', trace: (traces as string[])[0], name: 'mine too', at: 3 })
  await it.observer.store.pin(before, true)
  expect(await ask('GET')).toMatchObject({ loaded: RUNS - 2 })
  expect(await ask('DELETE')).toMatchObject({ loaded: 0 })
  expect(await it.observer.store.trace(before)).toMatchObject({ pinned: true, spans: 1 })
  expect(await it.observer.store.span(before, SPAN)).toMatchObject([{ name: 'mine' }])
  expect(await it.observer.store.size()).toMatchObject({ traces: 2 })
})

test('a link to a run of the sample ends with it, and does not come back with it', async () => {
  await using it = await observed()
  const key = it.key(['admin'])
  const ask = async (method: string) => (await it.ask(PATH, { method, key })).json()
  const { failed: trace } = await ask('POST')
  const { id, path } = await share(it, { trace })
  expect((await it.ask(path)).status).toBe(200)
  await ask('DELETE')
  await ask('POST')
  expect((await it.ask(path)).status).toBe(404)
  const audit = (await it.ask('/api/v1/audit', { key })).text
  expect(audit).toContain(`${id}: ${String(trace)}`)
  expect(audit).toContain('share.revoked')
})
