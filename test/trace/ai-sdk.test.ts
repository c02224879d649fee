import {
  embedMany,
  generateObject,
  generateText,
  jsonSchema,
  stepCountIs,
  streamText,
  tool
} from 'ai'
import type { Telemetry } from 'ai'
import { MockEmbeddingModelV4, MockLanguageModelV4, simulateReadableStream } from 'ai/test'
import { expect, test } from 'vitest'
import { aiSdkTelemetry } from '../../src/trace/ai-sdk.ts'
import { shape, traced } from './traced.ts'

const PROMPT = 'tell me of the secret garden'
const ANSWER = 'roses grow there'
const USAGE = {
  inputTokens: { total: 1_000, noCache: 950, cacheRead: 50, cacheWrite: 0 },
  outputTokens: { total: 100, text: 90, reasoning: 10 }
}
const STOP = { unified: 'stop', raw: 'stop' } as const
const said = (text: string) => ({
  content: [{ type: 'text' as const, text }],
  ...{ finishReason: STOP, usage: USAGE, warnings: [] }
})
const called = (toolName: string, input: object) => ({
  ...said(''),
  content: [
    { type: 'tool-call' as const, toolCallId: 't1', toolName, input: JSON.stringify(input) }
  ],
  finishReason: { unified: 'tool-calls', raw: 'tool' } as const
})
const model = (...answers: readonly (ReturnType<typeof said> | ReturnType<typeof called>)[]) =>
  new MockLanguageModelV4({ modelId: 'gpt-4o', provider: 'openai', doGenerate: [...answers] })

const to = jsonSchema<{ to: string }>({
  ...{ type: 'object', properties: { to: { type: 'string' } }, required: ['to'] }
})
const telemetryOf = (integration: Telemetry, functionId = 'answer') => ({
  telemetry: { integrations: [integration], functionId }
})

test('an operation whose tool asks a model is one tree, with tokens and no content', async () => {
  const { tracer, trees, span, everything, losses } = await traced()
  const integration = aiSdkTelemetry(tracer)
  const book = tool({
    ...{ description: 'books', inputSchema: to },
    execute: async () => {
      const { text } = await generateText({
        ...{ model: model(said(ANSWER)), prompt: PROMPT },
        ...telemetryOf(integration, 'inner')
      })
      return text
    }
  })
  const { text } = await generateText({
    ...{ model: model(called('book', { to: 'secret' }), said(ANSWER)), prompt: PROMPT },
    ...{ tools: { book }, stopWhen: stepCountIs(3), ...telemetryOf(integration) }
  })
  expect(text).toBe(ANSWER)
  const [root, ...others] = await trees()
  expect(others).toEqual([])
  expect(root && shape(root)).toBe(
    'answer ok (gpt-4o ok, book ok (inner ok (gpt-4o ok)), gpt-4o ok)'
  )
  expect(root?.children.map(({ kind, tokens }) => [kind, tokens])).toEqual([
    ...[
      ['model', 1_100],
      ['tool', 0],
      ['model', 1_100]
    ]
  ])
  const trace = root?.trace ?? ''
  expect(await span(trace, root?.children[0]?.span ?? '')).toMatchObject({
    ...{ model: 'gpt-4o', provider: 'openai', agent: 'planner' },
    tokens: { input: 1_000, output: 100, cacheRead: 50, reasoning: 10 }
  })
  const all = await everything(trace)
  expect(all).not.toContain('secret')
  expect(all).not.toContain('roses')
  expect(losses).toEqual([])
})

test('with content, prompts and answers stand at their spans, where a call lets them', async () => {
  const { tracer, trees, everything } = await traced()
  const integration = aiSdkTelemetry(tracer, { content: true })
  const asked = { model: model(said(ANSWER), said(ANSWER)), prompt: PROMPT }
  await generateText({ ...asked, ...telemetryOf(integration) })
  const closed = { integrations: [integration], recordInputs: false, recordOutputs: false }
  await generateText({ ...asked, telemetry: closed })
  const [open, shut] = await trees()
  const shown = await everything(open?.trace ?? '')
  expect(shown).toContain(PROMPT)
  expect(shown).toContain(ANSWER)
  expect(await everything(shut?.trace ?? '')).not.toMatch(/secret|roses/)
})

test('a tool that throws, a model that fails, an answer that is no object are errors', async () => {
  const { tracer, trees, everything } = await traced()
  const integration = aiSdkTelemetry(tracer)
  const book = tool({
    ...{ description: 'books', inputSchema: to },
    execute: () => Promise.reject<string>(new Error('no flights'))
  })
  await generateText({
    ...{ model: model(called('book', { to: 'x' }), said(ANSWER)), prompt: PROMPT },
    ...{ tools: { book }, stopWhen: stepCountIs(3), ...telemetryOf(integration, 'tool fails') }
  })
  const broken = new MockLanguageModelV4({
    modelId: 'broken',
    doGenerate: () => Promise.reject(Object.assign(new Error('quota'), { code: 'QUOTA' }))
  })
  const failing = { model: broken, prompt: PROMPT, maxRetries: 0 }
  await expect(
    generateText({ ...failing, ...telemetryOf(integration, 'model fails') })
  ).rejects.toThrow('quota')
  await expect(
    generateObject({
      ...{ model: model(said(ANSWER)), prompt: PROMPT, schema: to, maxRetries: 0 },
      ...telemetryOf(integration, 'no object')
    })
  ).rejects.toThrow()
  const roots = await trees()
  expect(roots.map(shape)).toEqual([
    'tool fails ok (gpt-4o ok, book error, gpt-4o ok)',
    'model fails error (broken error)',
    'no object error (gpt-4o ok)'
  ])
  expect(roots[0]?.children[1]?.error).toBe('Error: no flights')
  expect(roots[1]?.error).toBe('QUOTA: quota')
  const all = await Promise.all(roots.map(({ trace }) => everything(trace)))
  expect(all.join()).not.toContain('roses')
})

test('streams, embeddings and objects are traced like the rest', async () => {
  const { tracer, trees } = await traced()
  const parent = tracer.start('app')
  const integration = aiSdkTelemetry(tracer, { parent })
  const chunks = [
    { type: 'stream-start' as const, warnings: [] },
    { type: 'text-start' as const, id: '1' },
    { type: 'text-delta' as const, id: '1', delta: ANSWER },
    { type: 'text-end' as const, id: '1' },
    { type: 'finish' as const, finishReason: STOP, usage: USAGE }
  ]
  const streaming = new MockLanguageModelV4({
    modelId: 'streaming',
    doStream: () => Promise.resolve({ stream: simulateReadableStream({ chunks }) })
  })
  const { textStream } = streamText({
    ...{ model: streaming, prompt: PROMPT, ...telemetryOf(integration, 'stream') }
  })
  for await (const _ of textStream) void _
  const embedding = new MockEmbeddingModelV4({
    modelId: 'embedder',
    maxEmbeddingsPerCall: 10,
    doEmbed: { embeddings: [[1], [2]], usage: { tokens: 7 }, warnings: [] }
  })
  const values = ['a', 'b']
  await embedMany({ model: embedding, values, ...telemetryOf(integration, 'embed') })
  const { object } = await generateObject({
    ...{ model: model(said('{"to":"Rome"}')), prompt: PROMPT, schema: to },
    ...telemetryOf(integration, 'object')
  })
  expect(object).toEqual({ to: 'Rome' })
  parent.end()
  const [root] = await trees()
  expect(root && shape(root)).toBe(
    'app ok (stream ok (streaming ok), embed ok (embedder ok), object ok (gpt-4o ok))'
  )
  expect(root?.children.map(({ children }) => children[0]?.tokens)).toEqual([1_100, 7, 1_100])
})
