/**
 * The store of traces: how fast it takes spans, and how soon it answers at a size, beside the same
 * rows written straight into SQLite, which is the limit.
 *
 * `node --conditions=source bench/observer/store.ts [spans]`
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/node/clock.ts'
import type { SpanPart } from '../../src/observer/model.ts'
import { openSqliteStore } from '../../src/observer/sqlite/open.ts'
import type { Ingest, TraceStore } from '../../src/observer/store.ts'

const TRACE_SPANS = 20
/** Spans of one call: as an OpenTelemetry SDK exports them. */
const CALL_SPANS = 512
/** Calls in flight. */
const FLIGHT = 8
const RAW_SPANS = 200_000
const ASKED = 200

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')
/** Spread over the tree, as real ids are. */
const traceOf = (n: number): string => hex((n * 2_654_435_761) % 2 ** 32, 8) + hex(n, 24)
const TOOLS = ['search', 'fetch', 'grep', 'write', 'plan', 'review', 'test', 'deploy']
const MODELS = ['claude-opus-5', 'gpt-5.2', 'gemini-3', 'qwen-4-72b']
const WORDS = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor'.split(
  ' '
)

function spanOf(n: number, baseUs: number): SpanPart {
  const [trace, at] = [Math.floor(n / TRACE_SPANS), n % TRACE_SPANS]
  const isModel = at % 3 === 1
  const startUs = baseUs + trace * 1_000 + at * 20
  const failed = n % 97 === 0
  return {
    ...{ trace: traceOf(trace), span: hex(n + 1, 16), source: { kind: 'key', by: 'bench' } },
    ...(at === 0 ? {} : { parent: hex(n - at + 1, 16) }),
    ...{ kind: at === 0 ? 'agent' : isModel ? 'model' : 'tool', agent: `agent-${trace % 50}` },
    name: at === 0 ? 'answer' : isModel ? 'chat' : `run ${TOOLS[n % 8]}`,
    ...(isModel ? { model: MODELS[n % 4] ?? '', provider: 'x', cost: 0.002 } : {}),
    ...(isModel ? { tokens: { input: 900 + at, output: 120 }, costSource: 'reported' } : {}),
    ...(isModel || at === 0 ? {} : { tool: TOOLS[n % 8] ?? '' }),
    ...{ startUs, endUs: startUs + 900, status: failed ? 'error' : 'ok' },
    ...(failed ? { error: { code: 'E_BENCH', message: `step ${n % 1_000} failed` } } : {}),
    attributes: attributesOf(n)
  }
}

/** Some 700 bytes of JSON. */
function attributesOf(n: number) {
  const text = Array.from({ length: 24 }, (_, at) => WORDS[(n * 7 + at * at) % WORDS.length])
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.response.id': `resp-${hex(n * 7_919, 12)}`,
    'server.address': 'api.example.com',
    'http.response.status_code': 200,
    'code.function': `step_${n % 300}`,
    'peerwork.note': text.join(' '),
    'peerwork.more': `${text.toReversed().join(' ')} ${n % 5_000}`,
    'thread.id': n % 64,
    'process.command_args': ['node', '--conditions=source', 'agent.ts', String(n % 100)]
  }
}

const batchOf = (from: number, baseUs: number): Ingest => ({
  spans: Array.from({ length: CALL_SPANS }, (_, at) => spanOf(from + at, baseUs)),
  ...{ handoffs: [], facts: [] }
})

const percentile = (times: readonly number[], p: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * p)] ?? 0
const round = (value: number): number => Math.round(value * 100) / 100

/** The limit: spans alone, one index, attributes as they are, in transactions of one call each. */
function rawRate(baseUs: number): number {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-raw-'))
  const db = new DatabaseSync(join(dir, 'raw.db'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec(`CREATE TABLE span (trace BLOB, span BLOB, parent BLOB, name TEXT, agent TEXT, start INT,
    finish INT, status TEXT, attributes TEXT, PRIMARY KEY (trace, span)) WITHOUT ROWID`)
  const put = db.prepare('INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const began = performance.now()
  for (let n = 0; n < RAW_SPANS; n += CALL_SPANS) {
    db.exec('BEGIN')
    for (const { trace, span, parent, name, agent, ...rest } of batchOf(n, baseUs).spans) {
      const ids = [trace, span, parent ?? ''].map((id) => Buffer.from(id, 'hex'))
      const times = [rest.startUs ?? 0, rest.endUs ?? 0, rest.status ?? '']
      put.run(...ids, name ?? '', agent ?? '', ...times, JSON.stringify(rest.attributes))
    }
    db.exec('COMMIT')
  }
  const rate = RAW_SPANS / ((performance.now() - began) / 1_000)
  db.close()
  rmSync(dir, { recursive: true })
  return rate
}

async function fill(store: TraceStore, spans: number, baseUs: number): Promise<number[]> {
  const waits: number[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < spans) {
      const entry = batchOf(next, baseUs)
      next += CALL_SPANS
      const began = performance.now()
      await store.ingest([entry])
      waits.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: FLIGHT }, lane))
  return waits
}

async function timed(times: number, ask: (n: number) => Promise<unknown>): Promise<string> {
  const waits: number[] = []
  for (let n = 0; n < times; n++) {
    const began = performance.now()
    await ask(n)
    waits.push(performance.now() - began)
  }
  return `p50 ${round(percentile(waits, 0.5))} ms, p99 ${round(percentile(waits, 0.99))} ms`
}

const say = (what: string, line: string): void => console.log(`${what.padEnd(34)} ${line}`)

async function report(store: TraceStore, spans: number, baseUs: number): Promise<void> {
  const traces = Math.floor(spans / TRACE_SPANS)
  const some = (n: number): string => traceOf((n * 7_919) % traces)
  const list = (query: object) => (n: number) =>
    store.traces({ limit: 50, toUs: baseUs + ((n * 31) % traces) * 1_000, ...query })
  say('trace: 20 spans', await timed(ASKED, (n) => store.spans(some(n), { limit: 100 })))
  say('trace: summary', await timed(ASKED, (n) => store.trace(some(n))))
  say(
    'span with attributes',
    await timed(ASKED, (n) =>
      store.span(some(n), hex(((n * 7_919) % traces) * TRACE_SPANS + 2, 16))
    )
  )
  say('list: 50 newest', await timed(ASKED, list({})))
  say('list: of an agent', await timed(ASKED, list({ agent: 'agent-7' })))
  say(
    'list: agent, tool, error',
    await timed(ASKED, list({ agent: 'agent-7', tool: 'grep', errorCode: 'E_BENCH' }))
  )
  say('list: rare word', await timed(20, (n) => store.traces({ limit: 50, text: `${4_000 + n}` })))
  say('list: two common words', await timed(5, list({ text: 'lorem chat' })))
  say('usage by hour', await timed(20, () => store.usage({ bucket: 'hour' })))
}

/** In a process of its own, so that what it takes is the store's. */
async function readOnly(dir: string, spans: number, baseUs: number): Promise<void> {
  const rss = (): string => `${Math.round(process.memoryUsage.rss() / 1e6)} MB`
  const opening = performance.now()
  await using store = await openSqliteStore({ dir, clock: systemClock })
  await store.traces({ limit: 1 })
  say('open and first list', `${round(performance.now() - opening)} ms`)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  say('RSS of the whole process, opened', rss())
  const size = await store.size()
  const each = Math.round(size.bytes / size.spans)
  say('on disk', `${each} B a span, ${Math.round(size.bytes / 1e6)} MB`)
  await report(store, spans, baseUs)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  say('RSS of the whole process, idle', rss())
}

async function written(dir: string, spans: number, baseUs: number): Promise<void> {
  const raw = rawRate(baseUs)
  say('raw SQLite, nothing but spans', `${Math.round(raw)} spans/s`)
  await using store = await openSqliteStore({ dir, clock: systemClock })
  const began = performance.now()
  const waits = await fill(store, spans, baseUs)
  const rate = spans / ((performance.now() - began) / 1_000)
  const last = `resp-${hex((spans - 1) * 7_919, 12)}`
  const indexing = performance.now()
  while ((await store.traces({ text: last, limit: 1 })).items.length === 0);
  say(`ingest of ${spans}`, `${Math.round(rate)} spans/s, ratio ${round(rate / raw)}`)
  const [p50, p99] = [percentile(waits, 0.5), percentile(waits, 0.99)]
  say(`a call of ${CALL_SPANS}, ${FLIGHT} in flight`, `p50 ${round(p50)} ms, p99 ${round(p99)} ms`)
  say('search index complete after', `${round(performance.now() - indexing)} ms`)
}

const [, , first = '1000000', dirToRead, base] = process.argv
const spans = Number(first)
if (dirToRead === undefined) {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-bench-'))
  try {
    const baseUs = (systemClock.now() - 3_600_000) * 1_000
    await written(dir, spans, baseUs)
    const args = ['--conditions=source', import.meta.filename, first, dir, String(baseUs)]
    execFileSync(process.execPath, args, { stdio: 'inherit' })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
} else await readOnly(dirToRead, spans, Number(base))
