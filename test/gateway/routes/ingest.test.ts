import { SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import protobuf from 'protobufjs/minimal.js'
import { expect, onTestFinished, test, vi } from 'vitest'
import { NDJSON, observed, TRACE, TurnedClock } from '../observed.ts'
import type { Observed } from '../observed.ts'
import { BROKEN_RUN, ROOT, START } from '../samples.ts'

type Exporter = JsonExporter | ProtobufExporter

/** A program that knows nothing of Peerwork: OpenTelemetry's SDK, as its users set it up. */
async function runProgram(exporter: Exporter): Promise<string> {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new BatchSpanProcessor({ exporter })]
  })
  const tracer = provider.getTracer('shop')
  const span = tracer.startSpan('chat gpt-4o', {
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 1_000_000,
      'gen_ai.usage.output_tokens': 100_000
    }
  })
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'rate limited' })
  span.end()
  await provider.shutdown()
  return span.spanContext().traceId
}

const EXPORTERS = {
  JSON: (url: string, headers: Record<string, string>) => new JsonExporter({ url, headers }),
  protobuf: (url: string, headers: Record<string, string>) => new ProtobufExporter({ url, headers })
}

test.each([
  ['JSON', 'none'],
  ['JSON', 'gzip'],
  ['protobuf', 'none'],
  ['protobuf', 'gzip']
] as const)("OpenTelemetry's SDK brings spans as %s, packed: %s", async (encoding, packing) => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', packing)
  onTestFinished(() => void vi.unstubAllEnvs())
  await using it = await observed()
  const headers = { authorization: `Bearer ${it.key(['ingest'], 'shop')}` }
  const trace = await runProgram(EXPORTERS[encoding](`${it.url}/v1/traces`, headers))
  const answer = await it.ask(`/api/v1/traces/${trace}`, { key: it.key(['read']) })
  expect(answer.json()).toMatchObject({
    summary: { trace, status: 'error', spans: 1, tokens: 1_100_000, cost: 3.5 },
    failed: [{ error: { message: 'rate limited' } }]
  })
  const usage = await it.ask('/api/v1/usage', { key: it.key(['read']) })
  expect(usage.json()).toMatchObject({ rows: [{ model: 'gpt-4o', input: 1_000_000 }] })
})

test('the SDK hears of a key that is wrong, and of one that may not', async () => {
  await using it = await observed()
  for (const key of ['pwk_wrong', it.key(['read'])]) {
    const headers = { authorization: `Bearer ${key}` }
    const exporter = new JsonExporter({ url: `${it.url}/v1/traces`, headers })
    const failed = Promise.withResolvers<unknown>()
    exporter.export([], ({ error }) => failed.resolve(error))
    expect(String(await failed.promise)).toMatch(/Unauthorized|Forbidden/)
    await exporter.shutdown()
  }
})

const otlp = (...spans: readonly object[]) =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const GOOD = {
  ...{ traceId: TRACE, spanId: ROOT, name: 'good', kind: 1 },
  ...{ startTimeUnixNano: '1767323045000000000', endTimeUnixNano: '1767323046000000000' }
}

test('a faulty span is rejected by itself, and counted in the encoding that was sent', async () => {
  await using it = await observed()
  const key = it.key(['ingest', 'read'])
  const body = otlp(GOOD, { ...GOOD, traceId: '0'.repeat(32) }, { ...GOOD, spanId: 'zz' })
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  const answer = await it.ask('/v1/traces', { key, headers, body })
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toContain('application/json')
  const { partialSuccess } = answer.json() as {
    partialSuccess: { rejectedSpans: number; errorMessage: string }
  }
  expect(partialSuccess.rejectedSpans).toBe(2)
  expect(partialSuccess.errorMessage).not.toBe('')
  const whole = await it.ask('/v1/traces', { key, headers, body: otlp(GOOD) })
  expect(whole.json()).toEqual({})
  expect((await it.ask(`/api/v1/traces/${TRACE}/spans`, { key })).json()).toMatchObject({
    items: [{ span: ROOT, name: 'good' }]
  })
})

test('in protobuf the count of rejected spans is where a client looks for it', async () => {
  await using it = await observed()
  const writer = protobuf.Writer.create()
  // resource_spans 1, scope_spans 2, spans 2, and in it trace_id 1 of the wrong length.
  writer.uint32(10).fork().uint32(18).fork().uint32(18).fork()
  writer.uint32(10).bytes(Buffer.alloc(3)).ldelim().ldelim().ldelim()
  const headers = { 'content-type': 'application/x-protobuf' }
  const body = writer.finish()
  const key = it.key(['ingest'])
  const response = await fetch(`${it.url}/v1/traces`, {
    ...{ method: 'POST', body: Buffer.from(body) },
    headers: { ...headers, authorization: `Bearer ${key}` }
  })
  expect(response.headers.get('content-type')).toBe('application/x-protobuf')
  const reader = protobuf.Reader.create(new Uint8Array(await response.arrayBuffer()))
  expect(reader.uint32()).toBe(10)
  const end = reader.uint32() + reader.pos
  expect([reader.uint32(), Number(reader.int64()), reader.uint32()]).toEqual([8, 1, 18])
  expect(reader.string()).not.toBe('')
  expect(reader.pos).toBe(end)
})

test('a body that is neither is refused by its type, and one that lies by its bytes', async () => {
  await using it = await observed()
  const key = it.key(['ingest'])
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', '', 'application/jsonx']) {
    const headers = { 'content-type': type }
    expect((await it.ask('/v1/traces', { key, headers, body: '{}' })).status).toBe(415)
  }
  for (const type of ['application/json', 'application/x-protobuf']) {
    for (const body of ['[', '\u0000\u0001nonsense', '"text"', '\u000a\u00ff\u00ff\u00ff']) {
      const headers = { 'content-type': type }
      const { status, text } = await it.ask('/v1/traces', { key, headers, body })
      expect(status, `${type} ${body} ${text}`).toBe(400)
    }
  }
  expect(it.logged).toEqual([])
})

const bring = (it: Observed, ...lines: readonly (object | string)[]) =>
  it.ask('/api/ingest', {
    key: it.key(['ingest']),
    headers: { 'content-type': NDJSON },
    body: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  })

test('each line stands for itself: wrong ones are told with their numbers', async () => {
  await using it = await observed()
  const [first, second] = BROKEN_RUN
  const answer = await bring(it, first, 'no JSON', '', second, { type: 'span' }, '{"type":"x"}')
  expect(answer.status).toBe(200)
  expect(answer.json()).toMatchObject({
    ...{ accepted: 2, rejected: 3 },
    errors: [
      { line: 2, code: 'MALFORMED' },
      { line: 5, code: 'MALFORMED' },
      { line: 6, code: 'MALFORMED', message: 'type: none of span, event, state, guard, handoff' }
    ]
  })
})

test('a line that no store could keep does not take the others with it', async () => {
  await using it = await observed()
  const far = [
    { type: 'event', trace: TRACE, at: 8e15, name: 'far' },
    { type: 'span', trace: TRACE, span: ROOT, name: 'far', start: 8e15 },
    { type: 'span', trace: TRACE, span: ROOT, name: 'far', start: 1, end: 8.64e15 },
    { type: 'span', trace: TRACE, span: ROOT, name: 'far', start: '9999-01-01T00:00:00Z' },
    { type: 'handoff', trace: TRACE, id: 'far', offered: 8e15 }
  ]
  for (const line of far) {
    const answer = await bring(it, BROKEN_RUN[0], line)
    expect(answer.json()).toMatchObject({ accepted: 1, rejected: 1, errors: [{ line: 2 }] })
  }
})

test('hostile lines end as lines, not as faults of ours', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const span = (attributes: string, id: string) =>
    `{"type":"span","trace":"${TRACE}","span":"${id}","name":"x","start":1767323045000,` +
    `"attributes":${attributes}}`
  const answer = await bring(
    it,
    span(`{"a":${deep(100_000)}}`, '00000000000000a1'),
    span('{"__proto__":{"polluted":true},"constructor":1}', '00000000000000a2'),
    span('{"a":"\\ud800\\u0000\\u202e<script>"}', '00000000000000a3'),
    span('{"a":1e999}', '00000000000000a4'),
    `{"__proto__":{"type":"span"}}`,
    `{"type":"span","type":"event"}`,
    'x'.repeat(600_000)
  )
  expect(answer.status).toBe(200)
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  for (const id of ['a1', 'a2', 'a3', 'a4']) {
    const path = `/api/v1/traces/${TRACE}/spans/00000000000000${id}`
    expect([200, 404]).toContain((await it.ask(path, { key })).status)
  }
  expect(it.logged).toEqual([])
})

test('too many lines are refused, and only so many faults are told one by one', async () => {
  await using it = await observed()
  const many = Array.from({ length: 20_001 }, () => '{}')
  expect((await bring(it, ...many)).status).toBe(413)
  const answer = await bring(it, ...many.slice(0, 500))
  expect(answer.json()).toMatchObject({ accepted: 0, rejected: 500 })
  expect(answer.json()['errors']).toHaveLength(100)
})

test('the same lines again change nothing', async () => {
  await using it = await observed()
  const [key, sender] = [it.key(['read']), it.key(['ingest'])]
  const look = async () => {
    const paths = ['', '/spans', '/handoffs', '/state'].map(
      (end) => `/api/v1/traces/${TRACE}${end}`
    )
    const all = [...paths, '/api/v1/usage', '/api/v1/costs', '/api/v1/agents']
    return Promise.all(all.map(async (path) => (await it.ask(path, { key })).text))
  }
  const lines = BROKEN_RUN.map((line) => JSON.stringify(line))
  const send = (some: readonly string[]) =>
    it.ask('/api/ingest', {
      key: sender,
      headers: { 'content-type': NDJSON },
      body: some.join('\n')
    })
  await send(lines)
  const before = await look()
  await send(lines.toReversed())
  await send(lines)
  expect(await look()).toEqual(before)
  expect(before[0]).toContain(String(START * 1_000))
})

test('spans of OTLP that no store could keep are rejected by themselves', async () => {
  await using it = await observed()
  const key = it.key(['ingest', 'read'])
  const far = '18000000000000000000'
  const body = otlp(
    { ...GOOD, events: [{ name: 'far', timeUnixNano: far }] },
    { ...GOOD, spanId: '00000000000000f1', startTimeUnixNano: far, endTimeUnixNano: far },
    { ...GOOD, spanId: '00000000000000f2', endTimeUnixNano: far }
  )
  const headers = { 'content-type': 'application/json' }
  const answer = await it.ask('/v1/traces', { key, headers, body })
  expect(answer.json()).toMatchObject({ partialSuccess: { rejectedSpans: 2 } })
  const { facts } = (await it.ask(`/api/v1/traces/${TRACE}/spans/${ROOT}`, { key })).json()
  expect(facts).toMatchObject([{ type: 'far', atUs: 1_767_323_045_000_000 }])
})

test('values nested without end are refused or cut, in either encoding', async () => {
  await using it = await observed()
  const key = it.key(['ingest'])
  const value = '{"arrayValue":{"values":['.repeat(50_000) + ']}}'.repeat(50_000)
  const span = JSON.stringify({ ...GOOD, attributes: [] })
  const nested = span.replace('"attributes":[]', `"attributes":[{"key":"a","value":${value}}]`)
  const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[${nested}]}]}]}`
  const headers = { 'content-type': 'application/json' }
  expect([200, 400]).toContain((await it.ask('/v1/traces', { key, headers, body })).status)
  let inner = Buffer.alloc(0)
  for (let depth = 0; depth < 10_000; depth++) {
    // ArrayValue values 1 inside AnyValue array_value 5.
    const writer = protobuf.Writer.create().uint32(42).fork().uint32(10).bytes(inner).ldelim()
    inner = Buffer.from(writer.finish())
  }
  const writer = protobuf.Writer.create()
  writer.uint32(10).fork().uint32(18).fork().uint32(18).fork()
  writer.uint32(10).bytes(Buffer.alloc(16, 1)).uint32(18).bytes(Buffer.alloc(8, 1))
  writer.uint32(57).fixed64('1767323045000000000')
  writer.uint32(74).fork().uint32(10).string('a').uint32(18).bytes(inner).ldelim()
  const protobufBody = writer.ldelim().ldelim().ldelim().finish()
  const type = { 'content-type': 'application/x-protobuf' }
  const answer = await it.ask('/v1/traces', { key, headers: type, body: protobufBody })
  expect([200, 400]).toContain(answer.status)
  expect(it.logged).toEqual([])
})

/** Time that a step takes is over as soon as it begins; tells in which turns it was asked. */
class Hasty extends TurnedClock {
  readonly turns = new Set<number>()
  #turn = 0
  #turning = setImmediate(() => this.#next())
  override elapsed = (): number => {
    this.turns.add(this.#turn)
    return (this.aheadMs += 1_000)
  }

  #next(): void {
    this.#turn++
    this.#turning = setImmediate(() => this.#next())
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#turning)
  }
}

test.each(['OTLP', 'NDJSON'])('others go first while a large body is read (%s)', async (kind) => {
  using clock = new Hasty()
  await using it = await observed({ clock })
  const count = 2_000
  const all = Array.from({ length: count }, (_, nth) => ({
    ...{ type: 'span', trace: TRACE, span: (nth + 1).toString(16).padStart(16, '0'), name: 'n' },
    ...{ start: START, end: START + 1 }
  }))
  const spans = all.map(({ trace, span, name }) => ({
    ...{ traceId: trace, spanId: span, name, startTimeUnixNano: `${START}000000` }
  }))
  const [path, type, body] =
    kind === 'OTLP'
      ? ['/v1/traces', 'application/json', { resourceSpans: [{ scopeSpans: [{ spans }] }] }]
      : ['/api/ingest', NDJSON, undefined]
  const text = body === undefined ? all.map((one) => JSON.stringify(one)).join('\n') : undefined
  const sent = text ?? JSON.stringify(body)
  const answer = await it.ask(path ?? '', {
    ...{ key: it.key(['ingest']), headers: { 'content-type': type ?? '' }, body: sent }
  })
  expect(answer.status).toBe(200)
  // Each span or line was read in a turn of its own; spans of so many steps are stored in as many.
  expect(clock.turns.size).toBeGreaterThan(kind === 'OTLP' ? 1.5 * count : count)
  const { summary } = (await it.ask(`/api/v1/traces/${TRACE}`, { key: it.key(['read']) })).json()
  expect(summary).toMatchObject({ spans: count })
})

test('what does not parse at its end leaves nothing of its beginning behind', async () => {
  using clock = new Hasty()
  await using it = await observed({ clock })
  const span = { traceId: TRACE, spanId: ROOT, startTimeUnixNano: `${START}000000` }
  const good = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span, span] }] }] })
  const bad = good.replace(/}]}]}]}$/, ',}]}]}]}')
  const headers = { 'content-type': 'application/json' }
  const key = it.key(['ingest'])
  expect((await it.ask('/v1/traces', { key, headers, body: bad })).status).toBe(400)
  expect((await it.ask(`/api/v1/traces/${TRACE}`, { key: it.key(['read']) })).status).toBe(404)
})
