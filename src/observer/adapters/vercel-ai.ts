/**
 * The AI SDK's `ai.*` attributes.
 *
 * Its outer spans (`ai.generateText`) repeat the sums of the inner ones (`….doGenerate`): only
 * the inner ones are calls of a model, or everything would be paid for twice.
 */

import { countIn, textIn } from './attributes.ts'
import { tokensOf } from './convention.ts'
import type { Convention } from './convention.ts'
import { tokensIn } from './gen-ai.ts'

/** `doGenerate`, `doStream`, `doEmbed`: one request to a provider. */
const CALL = /\.do[A-Z][A-Za-z]*$/

export const vercelAi: Convention = ({ attributes, name: spanName }) => {
  const operation = textIn(attributes, 'ai.operationId')
  if (operation === undefined) return undefined
  const agent = textIn(attributes, 'ai.telemetry.functionId', 'gen_ai.agent.name')
  const conversation = textIn(attributes, 'ai.telemetry.metadata.sessionId')
  if (operation === 'ai.toolCall') {
    const tool = textIn(attributes, 'ai.toolCall.name')
    return { kind: 'tool', tool, name: tool, agent, conversation }
  }
  const model = textIn(attributes, 'ai.response.model', 'ai.model.id')
  if (!CALL.test(operation)) {
    return { kind: 'agent', name: agent ?? operation ?? spanName, agent, conversation }
  }
  const usage = (...names: string[]): number | undefined =>
    countIn(attributes, ...names.map((one) => `ai.usage.${one}`))
  const standard = tokensIn(attributes)
  const tokens = tokensOf({
    input: usage('inputTokens', 'promptTokens', 'tokens') ?? standard?.input,
    output: usage('outputTokens', 'completionTokens') ?? standard?.output,
    cacheRead: usage('cachedInputTokens', 'inputTokenDetails.cacheReadTokens'),
    cacheWrite: usage('inputTokenDetails.cacheWriteTokens'),
    reasoning: usage('reasoningTokens', 'outputTokenDetails.reasoningTokens')
  })
  const provider = textIn(attributes, 'gen_ai.provider.name', 'ai.model.provider')
  return { kind: 'model', name: model, model, provider, tokens, agent, conversation }
}
