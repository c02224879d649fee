/** Peerwork's own attributes: what an observer exported comes back as it was. */

import { SPAN_KINDS } from '../model.ts'
import type { SpanKind } from '../model.ts'
import { numberIn, textIn } from './attributes.ts'
import type { Convention } from './convention.ts'
import { tokensIn } from './gen-ai.ts'

const isKind = (word: string | undefined): word is SpanKind =>
  (SPAN_KINDS as readonly (string | undefined)[]).includes(word)

export const peerwork: Convention = ({ attributes }) => {
  const kind = textIn(attributes, 'peerwork.kind')
  if (!isKind(kind)) return undefined
  const side = textIn(attributes, 'peerwork.side')
  return {
    kind,
    name: textIn(attributes, 'peerwork.name'),
    agent: textIn(attributes, 'gen_ai.agent.name'),
    model: textIn(attributes, 'gen_ai.response.model'),
    provider: textIn(attributes, 'gen_ai.provider.name'),
    tool: textIn(attributes, 'gen_ai.tool.name'),
    conversation: textIn(attributes, 'gen_ai.conversation.id'),
    skill: textIn(attributes, 'peerwork.skill'),
    task: textIn(attributes, 'peerwork.task.id'),
    peer: textIn(attributes, 'peerwork.peer.id'),
    side: side === 'requester' || side === 'executor' ? side : undefined,
    tokens: tokensIn(attributes),
    cost: numberIn(attributes, 'peerwork.cost.usd')
  }
}
