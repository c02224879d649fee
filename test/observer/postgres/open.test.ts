/** The store in Postgres: all that every store does, and what only a server can do to it. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { openObserver } from '../../../src/observer/observer.ts'
import { openPostgresStore } from '../../../src/observer/postgres/open.ts'
import type { Ingest, TraceStore } from '../../../src/observer/store.ts'
import { conformance, NOW_MS } from '../conformance.ts'
import { Server, whyNot } from './server.ts'

const missing = whyNot()
const clock = { now: () => NOW_MS }
const told = (n: number, more: object = {}): Ingest => ({
  ...{ handoffs: [], facts: [] },
  spans: [
    {
      ...{ trace: n.toString(16).padStart(32, '0'), span: '1'.repeat(16), startUs: NOW_MS * 1_000 },
      ...{ source: { kind: 'key', by: 'ci' }, ...more }
    }
  ]
})

describe.skipIf(missing !== undefined)(`Postgres${missing ? `: ${missing}` : ''}`, () => {
  let server: Server
  let schemas = 0
  beforeAll(async () => {
    server = await Server.start()
  }, 90_000)
  afterAll(() => server?.remove())

  const open = (schema: string): Promise<TraceStore> =>
    openPostgresStore({ url: server.url, schema, clock })
  const drop = (schema: string): string => server.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  /** An empty schema for one test, and any number of observers of it. */
  const shared = () => {
    const schema = `t${schemas++}`
    const stores: TraceStore[] = []
    onTestFinished(async () => {
      for (const store of stores) await store[Symbol.asyncDispose]()
      drop(schema)
    })
    const another = async (): Promise<TraceStore> => {
      const store = await open(schema)
      stores.push(store)
      return store
    }
    return { schema, another }
  }

  conformance('Postgres', async () => {
    const schema = `t${schemas++}`
    let store = await open(schema)
    return {
      store,
      reopen: async () => {
        await store[Symbol.asyncDispose]()
        return (store = await open(schema))
      },
      remove: async () => {
        await store[Symbol.asyncDispose]()
        drop(schema)
      }
    }
  })

  test('several observers open, and write to, one schema at once', async () => {
    const { another } = shared()
    const stores = await Promise.all([another(), another(), another()])
    const calls = Array.from({ length: 60 }, async (_, n) => {
      const part = { kind: 'model', agent: `a${n % 3}`, cost: 0.5, costSource: 'reported' }
      return stores[n % 3]?.ingest([told(n % 10, { ...part, attributes: { [`k${n}`]: n } })])
    })
    const news = (await Promise.all(calls)).flat()
    expect(news).toEqual(news.map(() => 'new'))
    for (const store of stores) {
      const { items } = await store.traces({ limit: 50 })
      expect(items.map(({ cost, spans }) => [cost, spans])).toEqual(items.map(() => [0.5, 1]))
      expect(await store.size()).toMatchObject({ traces: 10, spans: 10 })
      const [span] = await store.span('0'.repeat(32), '1'.repeat(16))
      expect(Object.keys(span?.attributes ?? {})).toHaveLength(6)
      expect((await store.usage({ bucket: 'hour' })).map(({ spans }) => spans)).toEqual([10])
    }
  })

  test('a server that was killed loses nothing, and is used again when it is back', async () => {
    const { another } = shared()
    const store = await another()
    expect(await store.ingest([told(1)])).toEqual(['new'])
    await server.down('SIGQUIT')
    await expect(store.ingest([told(2)])).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await expect(store.traces({ limit: 1 })).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await server.up()
    await vi.waitFor(() => store.size(), { timeout: 20_000, interval: 100 })
    expect(await store.ingest([told(1), told(2)])).toEqual(['known', 'new'])
  }, 90_000)

  test('a connection that was cut fails one call, which works when it comes again', async () => {
    const { another } = shared()
    const store = await another()
    await store.size()
    server.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'peerwork-observer'`
    )
    await vi.waitFor(() => store.ingest([told(1)]), { timeout: 20_000, interval: 50 })
    expect(await store.size()).toMatchObject({ traces: 1 })
  })

  test('tables of a newer version are left alone', async () => {
    const { schema, another } = shared()
    await another()
    server.sql(`UPDATE ${schema}.store_version SET version = 99`)
    await expect(another()).rejects.toMatchObject({
      ...{ code: 'STORE_FAILED', facts: { version: 99 } }
    })
  })

  test('no error says the password', async () => {
    const { schema } = shared()
    const urls = [
      server.url.replace('postgres?', 'nowhere?'),
      server.url.replace(/\?host=.*/, '?host=/nowhere'),
      'http://tester:geheim@localhost/postgres',
      'postgres://tester:geheim@local host/x'
    ]
    for (const url of urls) {
      const error = await openPostgresStore({ url, schema, clock }).catch(
        (thrown: unknown) => thrown
      )
      expect(error).toMatchObject({ code: expect.stringMatching(/^(?:STORE_FAILED|BAD_OPTION)$/) })
      const { message, facts, stack, cause } = error as Error & { facts: object }
      expect(JSON.stringify([message, facts, stack, cause])).not.toContain('geheim')
    }
  })

  test('a database whose room is used up is full, and works again with room', async () => {
    const { schema, another } = shared()
    const store = await another()
    // The server itself says it, from where it would: while a row is written.
    server.sql(
      `CREATE FUNCTION ${schema}.no_room() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END$$;
       CREATE TRIGGER no_room BEFORE INSERT ON ${schema}.fact EXECUTE FUNCTION ${schema}.no_room()`
    )
    const fact = { id: 'f', source: { kind: 'key', by: 'ci' }, atUs: 1, type: 'error', body: {} }
    const entry = { ...told(1), facts: [fact] } as Ingest
    await expect(store.ingest([entry])).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(await store.size()).toMatchObject({ spans: 0, traces: 0, facts: 0 })
    server.sql(`DROP TRIGGER no_room ON ${schema}.fact`)
    expect(await store.ingest([entry])).toEqual(['new'])
  })

  test('what is kept by size is the newest, and it is no less than fits', async () => {
    const { another } = shared()
    const store = await another()
    const day = 86_400_000_000
    for (const n of [1, 2, 3, 4, 5, 6]) {
      const attributes = { text: Array.from({ length: 2_000 }, (_, at) => at * n).join(' ') }
      await store.ingest([told(n, { startUs: NOW_MS * 1_000 - (6 - n) * day, attributes })])
    }
    const nothing = await store.prune({ bytes: 1e9 }, NOW_MS * 1_000)
    expect(nothing).toEqual({ traces: 0, spans: 0, bytes: 0 })
    const gone = await store.prune({ bytes: 12_000 }, NOW_MS * 1_000)
    expect(gone.traces).toBeGreaterThan(0)
    const left = (await store.traces({ limit: 10 })).items.map(({ trace }) => Number(trace))
    expect(left.length).toBeGreaterThan(0)
    expect(left).toEqual([6, 5, 4, 3, 2, 1].slice(0, 6 - gone.traces))
    expect(await store.prune({ bytes: 12_000 }, NOW_MS * 1_000)).toEqual(nothing)
  })

  test('names and types of any length find their traces and facts', async () => {
    const { another } = shared()
    const store = await another()
    const long = Array.from({ length: 1_000 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join(
      ''
    )
    const source = { kind: 'key', by: long } as const
    const fact = { id: long, source, atUs: 7, type: `guard.${long}`, body: { a: '\0' } }
    const part = { source, name: long, agent: long, model: long, tool: long, conversation: long }
    await store.ingest([{ ...told(1, part), facts: [fact] }])
    expect((await store.traces({ agent: long, tool: long, limit: 5 })).items).toHaveLength(1)
    expect((await store.facts({ types: ['guard.'], by: long, limit: 5 })).items).toEqual([fact])
    expect(await store.values('model', long.slice(0, 5))).toEqual([long])
    expect((await store.agents({})).map(({ agent }) => agent)).toEqual([long])
  })

  test('an observer keeps its traces there, and its directory to itself', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'peerwork-observer-'))
    onTestFinished(() => {
      rmSync(dir, { recursive: true })
      drop('peerwork')
    })
    const init = { dir, clock: systemClock, postgres: server.url }
    {
      await using observer = await openObserver(init)
      await observer.intake.take([told(1)])
      await expect(openObserver(init)).rejects.toMatchObject({ code: 'HOME_IN_USE' })
    }
    await using again = await openObserver(init)
    expect(await again.store.size()).toMatchObject({ traces: 1 })
    expect(existsSync(join(dir, 'traces'))).toBe(false)
  })
})
