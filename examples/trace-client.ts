/**
 * Tracing code that is no Peerwork agent: a planner hands work to a writer, which fails, and the
 * observer knows of both sides.
 *
 * Run it beside `peerwork observe`, with a key that may do both:
 *   export PEERWORK_KEY=$(peerwork observe key create example --scope ingest,read)
 *   node --conditions=source examples/trace-client.ts
 */

import { createTracer } from 'peerwork/trace'

const url = process.env['PEERWORK_URL'] ?? 'http://127.0.0.1:4319'
const key = process.env['PEERWORK_KEY'] ?? ''
if (key === '') {
  console.error(
    'PEERWORK_KEY is not set. Make a key where `peerwork observe` runs, and try again:\n' +
      '  export PEERWORK_KEY=$(peerwork observe key create example --scope ingest,read)'
  )
  process.exit(2)
}

await using planner = createTracer({ url, key, agent: 'planner' })
await using writer = createTracer({ url, key, agent: 'writer' })

/** In life the writer is another program: id and traceparent reach it with the work. */
async function write(handoff: string, traceparent: string): Promise<void> {
  await writer.span('write', { kind: 'agent', handoff, traceparent }, async (span) => {
    const call = span.start('chat', { kind: 'model', provider: 'openai', model: 'gpt-4o' })
    call.end()
    call.set({ tokens: { input: 1_200, output: 300 } })
    await Promise.reject(new Error('no ink'))
  })
}

const plan = planner.start('plan a letter', { kind: 'agent' })
plan.state([{ op: 'add', path: '/letter/to', value: 'Ann' }])
const handed = plan.handoff({ to: 'writer', skill: 'write' })
try {
  await write(handed.id, handed.traceparent)
  handed.end('ok')
} catch (error) {
  handed.end('error', error)
}
plan.end()
await Promise.all([planner.flush(), writer.flush()])

const headers = { authorization: `Bearer ${key}` }
const asking = fetch(`${url}/api/v1/traces/${plan.trace}/handoffs`, { headers })
const answer = await asking.catch(() => undefined)
if (answer?.ok !== true) {
  const why = answer === undefined ? 'nobody answers' : `the answer is ${answer.status}`
  console.error(
    `Not read back, for ${why} at ${url}. Is \`peerwork observe\` running there (else set ` +
      'PEERWORK_URL), and is the key one of its own with the scopes ingest,read?'
  )
  process.exit(1)
}
const { items } = (await answer.json()) as {
  items: readonly { from: string; to: string; status: string; error: { message: string } }[]
}
for (const { from, to, status, error } of items) {
  console.log(`${from} → ${to}: ${status}, ${error.message}`)
}
