/** OpenLLMetry's own names, beside the GenAI ones it uses for models. */

import type { SpanKind } from '../model.ts'
import { countIn, textIn } from './attributes.ts'
import { tokensOf } from './convention.ts'
import type { Convention } from './convention.ts'
import { tokensIn } from './gen-ai.ts'

const KINDS: Readonly<Record<string, SpanKind>> = {
  ...{ workflow: 'workflow', task: 'step', agent: 'agent', tool: 'tool' }
}

export const traceloop: Convention = ({ attributes }) => {
  const word = textIn(attributes, 'traceloop.span.kind')?.toLowerCase()
  const request = textIn(attributes, 'llm.request.type')
  if (word === undefined && request === undefined) return undefined
  const entity = textIn(attributes, 'traceloop.entity.name')
  const conversation = textIn(attributes, 'traceloop.association.properties.session_id')
  if (word !== undefined) {
    const kind = Object.hasOwn(KINDS, word) ? (KINDS[word] ?? 'other') : 'other'
    const tool = kind === 'tool' ? entity : undefined
    const agent = kind === 'agent' ? entity : undefined
    return { kind, name: entity, tool, agent, conversation }
  }
  const model = textIn(attributes, 'gen_ai.response.model', 'gen_ai.request.model')
  const provider = textIn(attributes, 'gen_ai.provider.name', 'gen_ai.system')
  const cacheRead = countIn(attributes, 'gen_ai.usage.cache_read_input_tokens')
  const tokens = tokensOf({
    ...tokensIn(attributes),
    ...(cacheRead !== undefined && { cacheRead })
  })
  return { kind: 'model', name: model, model, provider, tokens, conversation }
}
