/** What OpenTelemetry's own SDK sends for the same spans in both encodings. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'

const OTHER = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: TraceFlags.SAMPLED }

/** Two spans, one below the other, with everything a span can have. */
export function sampleSpans() {
  const memory = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', region: 'north' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter: memory })]
  })
  const tracer = provider.getTracer('sample')
  const root = tracer.startSpan('invoke_agent planner', {
    kind: SpanKind.CLIENT,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'planner',
      ratio: 0.25,
      whole: 7,
      negative: -3,
      yes: true,
      words: ['a', 'b'],
      numbers: [1, 2.5]
    },
    links: [{ context: OTHER }]
  })
  root.addEvent('note', { detail: 'ünïcode ✓' })
  root.recordException(new TypeError('it broke'))
  root.setStatus({ code: SpanStatusCode.ERROR, message: 'it broke' })
  root.end()
  return memory.getFinishedSpans()
}

export interface Sent {
  readonly type: string
  readonly body: Buffer
}

/** The bodies that the SDK's exporters send to a real server: JSON, then protobuf. */
export async function sentBySdk(): Promise<readonly [json: Sent, protobuf: Sent]> {
  const sent: Sent[] = []
  const server = createServer((request, response) => {
    const type = request.headers['content-type'] ?? ''
    response.setHeader('content-type', type)
    void buffer(request).then((body) => {
      sent.push({ type, body })
      response.end(type === 'application/json' ? '{}' : undefined)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
  try {
    for (const exporter of [new JsonExporter({ url }), new ProtobufExporter({ url })]) {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      exporter.export([...sampleSpans()], resolve)
      await promise
      await exporter.shutdown()
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const [json, protobuf] = sent
  if (json === undefined || protobuf === undefined) throw new Error('the SDK sent nothing')
  return [json, protobuf]
}
