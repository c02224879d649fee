/**
 * OpenInference, as Phoenix and its instrumentations write it.
 *
 * https://github.com/Arize-ai/openinference
 */

import type { SpanKind } from '../model.ts'
import { countIn, numberIn, textIn } from './attributes.ts'
import { tokensOf } from './convention.ts'
import type { Convention } from './convention.ts'

const KINDS: Readonly<Record<string, SpanKind>> = {
  ...{ LLM: 'model', EMBEDDING: 'model', TOOL: 'tool', AGENT: 'agent', CHAIN: 'workflow' },
  ...{ RETRIEVER: 'retrieval', RERANKER: 'retrieval', GUARDRAIL: 'step', EVALUATOR: 'step' },
  PROMPT: 'step'
}

export const openInference: Convention = ({ attributes }) => {
  const word = textIn(attributes, 'openinference.span.kind')?.toUpperCase()
  if (word === undefined) return undefined
  const kind = Object.hasOwn(KINDS, word) ? (KINDS[word] ?? 'other') : 'other'
  const agent = textIn(attributes, 'agent.name', 'graph.node.name', 'graph.node.id')
  const conversation = textIn(attributes, 'session.id')
  if (kind === 'tool') {
    const tool = textIn(attributes, 'tool.name')
    return { kind, agent, conversation, tool, name: tool }
  }
  if (kind !== 'model') return { kind, agent, conversation }
  const model = textIn(attributes, 'llm.model_name', 'embedding.model_name')
  const provider = textIn(attributes, 'llm.provider', 'llm.system')
  const count = (name: string): number | undefined => countIn(attributes, `llm.token_count.${name}`)
  const tokens = tokensOf({
    input: count('prompt'),
    output: count('completion'),
    cacheRead: count('prompt_details.cache_read'),
    cacheWrite: count('prompt_details.cache_write'),
    reasoning: count('completion_details.reasoning')
  })
  const cost = numberIn(attributes, 'llm.cost.total')
  return { kind, agent, conversation, model, name: model, provider, tokens, cost }
}
