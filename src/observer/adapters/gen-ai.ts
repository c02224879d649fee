/**
 * OpenTelemetry's GenAI conventions: 1.37 and later, and the names they had before.
 *
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */

import type { JsonObject } from '../../protocol/json.ts'
import type { SpanKind } from '../model.ts'
import { countIn, textIn } from './attributes.ts'
import { tokensOf } from './convention.ts'
import type { Convention, Handoff, Told } from './convention.ts'

const KINDS: Readonly<Record<string, SpanKind>> = {
  ...{ chat: 'model', generate_content: 'model', text_completion: 'model', embeddings: 'model' },
  ...{ execute_tool: 'tool', retrieval: 'retrieval', plan: 'step' },
  ...{ create_agent: 'agent', invoke_agent: 'agent', invoke_workflow: 'workflow' },
  ...{ create_memory: 'memory', update_memory: 'memory', upsert_memory: 'memory' },
  ...{ search_memory: 'memory', delete_memory: 'memory', create_memory_store: 'memory' },
  delete_memory_store: 'memory'
}

export const genAi: Convention = ({ attributes }) => {
  const operation = textIn(attributes, 'gen_ai.operation.name')
  const provider = textIn(attributes, 'gen_ai.provider.name', 'gen_ai.system')
  const model = textIn(attributes, 'gen_ai.response.model', 'gen_ai.request.model')
  const handoff = handoffIn(attributes)
  if (operation === undefined && model === undefined && handoff === undefined) return undefined
  const kind = handoff !== undefined ? 'step' : kindOf(operation, model)
  const agent = textIn(attributes, 'gen_ai.agent.name')
  const tool = textIn(attributes, 'gen_ai.tool.name')
  const conversation = textIn(attributes, 'gen_ai.conversation.id')
  const told: Told = { kind, agent, provider, conversation, handoff }
  if (kind === 'tool') return { ...told, tool, name: tool }
  if (kind !== 'model') return { ...told, name: kind === 'agent' ? agent : undefined }
  return { ...told, model, name: model, tokens: tokensIn(attributes) }
}

/** Before 1.37 there were spans of models without an operation's name. */
function kindOf(operation: string | undefined, model: string | undefined): SpanKind {
  if (operation === undefined) return model === undefined ? 'other' : 'model'
  return Object.hasOwn(KINDS, operation) ? (KINDS[operation] ?? 'other') : 'other'
}

export const tokensIn = (attributes: JsonObject): Told['tokens'] => {
  const usage = (...names: string[]): number | undefined =>
    countIn(attributes, ...names.map((name) => `gen_ai.usage.${name}`))
  return tokensOf({
    input: usage('input_tokens', 'prompt_tokens'),
    output: usage('output_tokens', 'completion_tokens'),
    cacheRead: usage('cache_read.input_tokens', 'cache_read_input_tokens'),
    cacheWrite: usage('cache_creation.input_tokens', 'cache_creation_input_tokens'),
    reasoning: usage('reasoning.output_tokens', 'reasoning_tokens')
  })
}

/** Two proposals are in use; neither is settled. */
function handoffIn(attributes: JsonObject): Handoff | undefined {
  const to = textIn(
    attributes,
    ...['gen_ai.transfer.target.name', 'gen_ai.agent.handoff.target.name']
  )
  if (to === undefined) return undefined
  const from = textIn(
    attributes,
    ...['gen_ai.caller.name', 'gen_ai.agent.handoff.source.name', 'gen_ai.agent.name']
  )
  const mode = textIn(attributes, 'gen_ai.transfer.mode')
  return { from, to, mode: mode === 'return_to_caller' ? 'return-to-caller' : 'pass-control' }
}
