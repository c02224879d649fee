import { expect, test } from 'vitest'
import { adapt } from '../../../src/observer/adapters/adapt.ts'
import type { Told } from '../../../src/observer/adapters/convention.ts'
import type { JsonObject } from '../../../src/protocol/json.ts'
import { spanWith } from './span-with.ts'

test.for<[string, JsonObject, Partial<Told>]>([
  [
    'GenAI 1.37',
    {
      ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
      ...{ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.model': 'gpt-4o-2024-08-06' },
      ...{ 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 4 },
      ...{ 'gen_ai.usage.cache_read.input_tokens': 3, 'gen_ai.conversation.id': 'c1' },
      ...{ 'gen_ai.usage.reasoning.output_tokens': 2, 'gen_ai.agent.name': 'planner' }
    },
    {
      ...{ kind: 'model', model: 'gpt-4o-2024-08-06', provider: 'openai', agent: 'planner' },
      ...{ conversation: 'c1', tokens: { input: 10, output: 4, cacheRead: 3, reasoning: 2 } }
    }
  ],
  [
    'GenAI before 1.37',
    {
      ...{ 'gen_ai.system': 'anthropic', 'gen_ai.request.model': 'claude-3-haiku' },
      ...{ 'gen_ai.usage.prompt_tokens': 5, 'gen_ai.usage.completion_tokens': '6' }
    },
    { kind: 'model', provider: 'anthropic', tokens: { input: 5, output: 6 } }
  ],
  [
    'a GenAI tool',
    { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
    { kind: 'tool', tool: 'search', name: 'search' }
  ],
  [
    'OpenInference',
    {
      ...{ 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-4o', 'llm.provider': 'openai' },
      ...{ 'llm.token_count.prompt': 8, 'llm.token_count.completion': 2, 'session.id': 's1' },
      ...{ 'llm.token_count.prompt_details.cache_read': 1, 'llm.cost.total': 0.25 }
    },
    {
      ...{ kind: 'model', model: 'gpt-4o', provider: 'openai', conversation: 's1', cost: 0.25 },
      tokens: { input: 8, output: 2, cacheRead: 1 }
    }
  ],
  [
    'an OpenInference agent',
    { 'openinference.span.kind': 'AGENT', 'agent.name': 'writer' },
    { kind: 'agent', agent: 'writer' }
  ],
  [
    'OpenLLMetry',
    { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'look' },
    { kind: 'tool', tool: 'look', name: 'look' }
  ],
  [
    "OpenLLMetry's models",
    {
      ...{
        'llm.request.type': 'chat',
        'gen_ai.system': 'OpenAI',
        'gen_ai.request.model': 'gpt-4o'
      },
      ...{ 'gen_ai.usage.prompt_tokens': 3, 'gen_ai.usage.completion_tokens': 1 }
    },
    { kind: 'model', model: 'gpt-4o', tokens: { input: 3, output: 1 } }
  ],
  [
    'the AI SDK',
    {
      ...{ 'ai.operationId': 'ai.generateText.doGenerate', 'ai.model.id': 'gpt-4o' },
      ...{ 'ai.model.provider': 'openai.chat', 'ai.usage.promptTokens': 7 },
      ...{ 'ai.usage.completionTokens': 2, 'ai.telemetry.functionId': 'summarise' }
    },
    { kind: 'model', model: 'gpt-4o', agent: 'summarise', tokens: { input: 7, output: 2 } }
  ],
  [
    'a tool of the AI SDK',
    { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'weather' },
    { kind: 'tool', tool: 'weather' }
  ],
  [
    'Peerwork',
    { 'peerwork.kind': 'task', 'peerwork.name': 'shout', 'peerwork.side': 'executor' },
    { kind: 'task', name: 'shout', side: 'executor' }
  ],
  ['anything else', { 'http.request.method': 'GET' }, { kind: 'other' }]
])('%s is understood', ([, attributes, told]) => {
  expect(adapt(spanWith(attributes))).toMatchObject(told)
})

test("the AI SDK's outer spans spend nothing: the inner ones did", () => {
  const outer = { 'ai.operationId': 'ai.generateText', 'ai.usage.promptTokens': 7 }
  const told = adapt(spanWith(outer))
  expect(told.kind).toBe('agent')
  expect(told.tokens).toBeUndefined()
})
