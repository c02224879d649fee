/** A trace with a secret in every field that a producer can fill, and a link to it. */

import { systemClock } from '../../../src/node/clock.ts'
import type { SpanPart } from '../../../src/observer/model.ts'
import { TRACE } from '../observed.ts'
import type { Observed } from '../observed.ts'

/** Each its own word, so that what leaks says where from. */
export const SECRET = {
  ...{ name: 'zqname', agent: 'zqagent', service: 'zqservice', by: 'zqkey', skill: 'zqskill' },
  ...{ peer: 'zqpeer', model: 'zqmodel', provider: 'zqprovider', tool: 'zqtool' },
  ...{ conversation: 'zqconversation', code: 'zqcode', message: 'zqmessage' },
  ...{ attribute: 'zqattribute', attributeName: 'zqattrname', nested: 'zqnested', fact: 'zqfact' },
  ...{ state: 'zqstate', stateKey: 'zqpath', author: 'zqauthor', content: 'zqcontent' },
  ...{ allowed: 'zqallowed', handoff: 'zqhandoff' }
} as const
export const SECRETS = Object.values(SECRET)
export const TASK = 'fa5c'.repeat(8)
export const SPANS = ['a1'.repeat(8), 'b2'.repeat(8), 'c3'.repeat(8)] as const
/** An agent that goes by its id. */
export const PEER_ID = '12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'
/** Looks like a secret wherever it stands. */
export const TOKEN = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'

export async function tellSecrets({ observer: { store } }: Observed): Promise<void> {
  const at = systemClock.now() * 1_000
  const source = { kind: 'key', by: SECRET.by } as const
  const common = { trace: TRACE, source, startUs: at, endUs: at + 12_000_000 }
  const spans: readonly SpanPart[] = [
    {
      ...{ ...common, span: SPANS[0], kind: 'task', name: SECRET.name, agent: SECRET.agent },
      ...{ service: SECRET.service, status: 'error', task: TASK, skill: SECRET.skill },
      ...{ peer: SECRET.peer, side: 'requester', waitedMs: 1, conversation: SECRET.conversation },
      error: { code: SECRET.code, message: `${SECRET.message} ${TOKEN} ${PEER_ID}` },
      attributes: attributesOf()
    },
    {
      ...{ ...common, span: SPANS[1], parent: SPANS[0], kind: 'model', name: `chat ${TOKEN}` },
      ...{ agent: PEER_ID, status: 'ok', model: SECRET.model, provider: SECRET.provider },
      ...{ tool: SECRET.tool, tokens: { input: 100, output: 23 }, cost: 0.25 },
      ...{ costSource: 'reported', attributes: attributesOf() }
    },
    { ...common, span: SPANS[2], parent: SPANS[0], kind: 'tool', status: 'ok' }
  ]
  const handoff = { trace: TRACE, id: `${TASK}/${SECRET.handoff}`, side: 'giver', source } as const
  const fact = { source, atUs: at, trace: TRACE, span: SPANS[0] }
  await store.ingest([
    {
      spans,
      handoffs: [{ ...handoff, from: SECRET.agent, to: PEER_ID, status: 'ok', span: SPANS[0] }],
      facts: [
        { ...fact, id: `${SECRET.fact}/1`, type: 'log', body: { text: SECRET.fact } },
        {
          ...{ ...fact, id: `${SECRET.fact}/2`, type: 'state' },
          body: {
            author: SECRET.author,
            operations: [{ op: 'add', path: `/${SECRET.stateKey}`, value: SECRET.state }]
          }
        }
      ]
    }
  ])
}

const attributesOf = () => ({
  ...{ 'gen_ai.request.temperature': 0.5, 'gen_ai.request.model': SECRET.allowed },
  ...{ 'gen_ai.input.messages': SECRET.content, 'gen_ai.prompt': SECRET.content },
  ...{ 'gen_ai.system_instructions': [{ content: SECRET.content }] },
  ...{ 'url.full': SECRET.attribute, [SECRET.attributeName]: 1 },
  'error.type': { [SECRET.nested]: SECRET.nested }
})

export interface Link {
  readonly id: string
  readonly url: string
  /** `/s/…` */
  readonly path: string
  readonly token: string
}

export async function share(it: Observed, wanted: object = {}, key?: string): Promise<Link> {
  const { status, text, json } = await it.ask('/api/v1/shares', {
    ...{ key: key ?? it.key(['admin']), headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ trace: TRACE, ...wanted })
  })
  if (status !== 200) throw new Error(text)
  const { id, url } = json() as { id: string; url: string }
  const { pathname } = new URL(url)
  return { id, url, path: pathname, token: pathname.slice('/s/'.length) }
}
