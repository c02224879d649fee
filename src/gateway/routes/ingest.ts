/** What comes in over HTTP: OTLP in both encodings, and lines of NDJSON. */

import { Buffer } from 'node:buffer'
import protobuf from 'protobufjs/minimal.js'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Parts, Source } from '../../observer/model.ts'
import { readLine } from '../../observer/ndjson.ts'
import { spansInJson } from '../../observer/otlp/decode-json.ts'
import { spansInProtobuf } from '../../observer/otlp/decode-protobuf.ts'
import { readSpans } from '../../observer/otlp/read.ts'
import type { OtlpSpan } from '../../observer/otlp/span.ts'
import { ingested } from '../answers-ingest.ts'
import { readBody } from '../body.ts'
import { Pace } from '../pace.ts'
import { Refusal } from '../failure.ts'
import { defineRoute } from '../route.ts'

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'
const NDJSON = 'application/x-ndjson'
/** Lines of one request, count. */
const LINES_MAX = 20_000
/** Faulty lines that are told one by one, count; the rest is only counted. */
const ERRORS_MAX = 100
/** Spans that are stored in one step, count: what SDKs send at once. */
const GROUP_SPANS = 512
const group = 'Ingest'
const fatal = new TextDecoder('utf-8', { fatal: true })

const otlp = defineRoute({
  ...{ method: 'POST', path: '/v1/traces', scope: 'ingest', group },
  summary: 'Spans from any OpenTelemetry SDK or collector (OTLP/HTTP)',
  about:
    'Protobuf or JSON, gzip or not. A faulty span is rejected by itself and counted in ' +
    '`partialSuccess`; 429 and 503 with `Retry-After` mean: send again later.',
  takes: [PROTOBUF, JSON_TYPE],
  gives: [JSON_TYPE, PROTOBUF],
  handle: async ({ request, world, caller }) => {
    const binary = request.headers.get('content-type')?.startsWith(PROTOBUF) === true
    using portion = world.room.portion()
    const body = await readBody(request, { portion })
    const spans = binary ? spansInProtobuf(body) : spansInJson(textOf(body))
    const pace = new Pace(world.clock.elapsed)
    const { groups, rejected, reason } = await readGroups(spans, sourceOf(caller.name), pace)
    for (const group of groups) {
      await world.intake.take([group])
      if (pace.isDue) await pace.rest()
    }
    return binary ? answerProtobuf(rejected, reason) : answerJson(rejected, reason)
  }
})

interface ReadGroups {
  readonly groups: readonly Parts[]
  readonly rejected: number
  readonly reason: string | undefined
}

/** The whole is read before any of it is stored: what does not parse leaves nothing behind. */
async function readGroups(
  spans: Iterable<OtlpSpan | undefined>,
  source: Source,
  pace: Pace
): Promise<ReadGroups> {
  const groups: Parts[] = []
  let [waiting, rejected, reason] = [[] as OtlpSpan[], 0, undefined as string | undefined]
  const close = (): void => {
    const { rejected: more, reason: why, ...parts } = readSpans(waiting, source)
    groups.push(parts)
    rejected += more
    reason ??= why
    waiting = []
  }
  for (const span of spans) {
    if (span !== undefined) waiting.push(span)
    const due = pace.isDue
    if (waiting.length >= GROUP_SPANS || (due && waiting.length > 0)) close()
    if (due) await pace.rest()
  }
  if (waiting.length > 0 || groups.length === 0) close()
  return { groups, rejected, reason }
}

const sourceOf = (name: string): Source => ({ kind: 'key', by: name })

function textOf(body: Buffer): string {
  try {
    return fatal.decode(body)
  } catch {
    throw new Refusal(400, 'the body is not UTF-8')
  }
}

function answerJson(rejected: number, reason: string | undefined): Response {
  const partial = { rejectedSpans: rejected, errorMessage: reason ?? '' }
  return Response.json(rejected === 0 ? {} : { partialSuccess: partial })
}

/** ExportTraceServiceResponse: field 1 is the partial success, with a count and a text. */
function answerProtobuf(rejected: number, reason: string | undefined): Response {
  const writer = protobuf.Writer.create()
  if (rejected > 0) {
    writer.uint32(10).fork().uint32(8).int64(rejected)
    writer
      .uint32(18)
      .string(reason ?? '')
      .ldelim()
  }
  return new Response(Buffer.from(writer.finish()), { headers: { 'content-type': PROTOBUF } })
}

const lines = defineRoute({
  ...{ method: 'POST', path: '/api/ingest', scope: 'ingest', group },
  summary: 'Spans, handoffs, state changes, guards and events, one JSON object a line',
  about:
    'Each line stands for itself: wrong ones are told with their numbers, the others count. ' +
    'Sending the same lines again changes nothing.',
  takes: [NDJSON, 'application/jsonl'],
  answer: ingested,
  handle: async ({ request, world, caller }) => {
    using portion = world.room.portion()
    const text = textOf(await readBody(request, { portion }))
    const source = sourceOf(caller.name)
    const entries: Parts[] = []
    const pace = new Pace(world.clock.elapsed)
    const errors: { line: number; code: string; message: string }[] = []
    let rejected = 0
    const all = text.split('\n', LINES_MAX + 1)
    if (all.length > LINES_MAX) throw new Refusal(413, `more than ${LINES_MAX} lines`)
    for (const [index, line] of all.entries()) {
      if (line.trim() === '') continue
      if (pace.isDue) await pace.rest()
      try {
        entries.push(readLine(line, source))
      } catch (error) {
        if (!(error instanceof PeerworkError)) throw error
        rejected++
        const { code, message } = error
        if (errors.length < ERRORS_MAX) errors.push({ line: index + 1, code, message })
      }
    }
    if (entries.length > 0) await world.intake.take([together(entries)])
    return { accepted: entries.length, rejected, errors }
  }
})

const together = (parts: readonly Parts[]): Parts => ({
  spans: parts.flatMap(({ spans }) => spans),
  handoffs: parts.flatMap(({ handoffs }) => handoffs),
  facts: parts.flatMap(({ facts }) => facts)
})

export const ingestRoutes = [otlp, lines]
