/**
 * Test vectors for other implementations, from fixed seeds. `node test/protocol/vectors.ts` writes
 * them anew; a change to any of them is a change of the wire.
 *
 * Bytes in bodies are written as DAG-JSON writes them: `{ "/": { "bytes": "<base64>" } }`.
 */

import { writeFileSync } from 'node:fs'
import { cidOf, toHex } from '../../src/protocol/canonical.ts'
import { toDsse } from '../../src/protocol/dsse.ts'
import { encodeFrame } from '../../src/protocol/frame.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { encodeHello } from '../../src/protocol/membership/handshake.ts'
import { formatJoinLink } from '../../src/protocol/membership/join-link.ts'
import { encodeBulkHeader, encodeSessionFrame } from '../../src/protocol/message/session.ts'
import type { SessionFrame } from '../../src/protocol/message/session.ts'
import type { SealedBody } from '../../src/protocol/seal.ts'
import type { Kind } from '../../src/protocol/signable.ts'
import { peek, seal } from '../../src/protocol/seal.ts'
import { draft, sealTogether } from '../../src/protocol/seal-together.ts'
import { KINDS } from '../../src/protocol/signable.ts'
import {
  ada,
  adminCertificate,
  ben,
  certificate,
  certificateBody,
  eve,
  grantFor,
  invitation,
  invitationBody,
  LAB,
  owner,
  redemptionBody,
  revocationBody,
  SECRET,
  ticket
} from './membership/samples.ts'
import { alice, batchBody, bob, cardBody, headBody, mallory, NOW, resultBody } from './samples.ts'
import { taskBody } from './samples.ts'

export const VECTORS = new URL('vectors.json', import.meta.url)
export const SEEDS = {
  ...{ bob: 1, alice: 2, mallory: 3 },
  ...{ owner: 4, ada: 5, ben: 6, eve: 7, ticket: 8 }
} as const
type Name = keyof typeof SEEDS
const AGENTS = { bob, alice, mallory, owner, ada, ben, eve, ticket }
const successionBody = {
  ...{ v: 1, network: LAB, from: ben.id, issued: NOW },
  ...{ before: ben.id, after: eve.id }
}

const task = seal('task', taskBody(), bob)
const result = seal('result', resultBody({ task: task.digest }), alice)
const id = taskBody().id
const input = Buffer.from('{"text":"hello"}')

/** Mallory asked somebody, and bob asks alice in turn. */
const hop = { from: mallory.id, skill: 'shout', input: taskBody().input.digest }
const priced = cardBody().skills.map((offer) => {
  return { ...offer, price: { perThousandTokens: 0.5, perTask: 2 } }
})

/** Work whose budget ran out. */
function partialBody() {
  const { output: partial, ...rest } = resultBody({ task: task.digest })
  const error = { code: 'BUDGET_EXCEEDED', message: 'too many tokens' } as const
  return { ...rest, status: 'failed', error, partial } as const
}

export function makeVectors() {
  return {
    wire: 1,
    identities: (Object.keys(SEEDS) as Name[]).map((name) => {
      const seed = new Uint8Array(32).fill(SEEDS[name])
      return { name, seed: toHex(seed), id: identityFromSeed(seed).id }
    }),
    seals: [
      sealVector('task', 'bob', taskBody()),
      sealVector('task', 'bob', taskBody({ priority: 'high' })),
      sealVector('result', 'alice', resultBody({ task: task.digest })),
      sealVector('card', 'alice', cardBody()),
      sealVector('batch', 'alice', batchBody()),
      sealVector('task', 'bob', taskBody({ path: [hop] })),
      sealVector('result', 'alice', partialBody()),
      sealVector('card', 'alice', cardBody({ skills: priced })),
      sealVector('certificate', 'ada', certificateBody({ grant: grantFor(ben.id) })),
      sealVector('invitation', 'owner', invitationBody()),
      sealVector('redemption', 'ticket', redemptionBody()),
      sealVector('revocation', 'ada', revocationBody({ reason: 'left' })),
      sealVector('succession', 'ben', successionBody),
      sealVector('head', 'alice', headBody())
    ],
    together: togetherVectors(),
    membership: membershipVectors(),
    frames: [
      frameVector({ kind: 'request', id, task: task.bytes, input }),
      frameVector({ kind: 'accepted', id, ahead: 0 }),
      frameVector({ kind: 'progress', id, fraction: 0.5, message: 'half' }),
      frameVector({ kind: 'rejected', id, error: { code: 'BUSY', message: 'full' } }),
      frameVector({ kind: 'result', id, result: result.bytes, output: Buffer.from('"HELLO"') }),
      frameVector({ kind: 'cancel', id, reason: 'changed my mind' })
    ],
    bulk: { id: toHex(id), part: 'input', hex: toHex(encodeBulkHeader({ id, part: 'input' })) },
    refused: refusals()
  }
}

function sealVector(kind: Kind, by: Name, body: SealedBody) {
  const sealed = seal(kind, body, AGENTS[by])
  return {
    kind,
    by,
    body: toDagJson(body),
    sealed: toHex(sealed.bytes),
    digest: toHex(sealed.digest),
    cid: cidOf(peek(sealed.bytes).body),
    dsse: toDsse(sealed.bytes)
  }
}

/** Bob asks alice for two things and answers her, with one signature. */
const answer = { from: bob.id, to: alice.id, task: new Uint8Array(32).fill(0x44) }
const drafts = [
  draft<SealedBody>('task', taskBody()),
  draft<SealedBody>('task', taskBody({ id: new Uint8Array(16).fill(0x55) })),
  draft<SealedBody>('result', resultBody(answer))
]
const together = sealTogether(drafts, bob)

function togetherVectors() {
  return together.map((sealed, at) => {
    const { kind = 'task', body } = drafts[at] ?? {}
    const { bytes } = sealed
    return {
      ...{ kind, by: 'bob', body: toDagJson(body), sealed: toHex(bytes) },
      ...{ digest: toHex(sealed.digest), cid: cidOf(peek(bytes).body), dsse: toDsse(bytes) }
    }
  })
}

/** A frame as it goes over the stream, with its length in front. */
function frameVector(frame: SessionFrame) {
  return { frame: toDagJson(frame), hex: toHex(encodeFrame(...encodeSessionFrame(frame))) }
}

/** What a member of `lab` shows, and the link by which it came. */
function membershipVectors() {
  const credential = { certificate: certificate({}, ada), issuers: [adminCertificate()] }
  const boot = new Uint8Array(16).fill(0x66)
  const hello = { v: 1, network: LAB, boot, now: NOW, credential }
  const address = `/ip4/192.168.1.20/tcp/4001/p2p/${ada.id}`
  const link = { v: 1, network: LAB, owner: owner.id, secret: SECRET, invitation: invitation() }
  return {
    network: LAB,
    hello: { value: toDagJson(hello), hex: toHex(encodeHello(hello)) },
    link: formatJoinLink({ ...link, addresses: [address] })
  }
}

/** Tasks for alice, brought by bob, that she must refuse, and how. */
function refusals() {
  const flipped = Uint8Array.from(task.bytes)
  flipped[70] = (flipped[70] ?? 0) ^ 1
  const relabelled = Uint8Array.from(result.bytes)
  relabelled[1] = KINDS.task
  const [one = new Uint8Array(0)] = together.map(({ bytes }) => bytes)
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['another network', seal('task', taskBody({ network: 'away' }), bob).bytes, 'WRONG_NETWORK'],
    ['another audience', seal('task', taskBody({ to: bob.id }), bob).bytes, 'WRONG_AUDIENCE'],
    ['a forged signature', seal('task', taskBody(), mallory).bytes, 'SIGNATURE_INVALID'],
    ['a result called a task', relabelled, 'MALFORMED'],
    ['one bit changed', flipped, 'MALFORMED'],
    ['a later version', Uint8Array.from(task.bytes).fill(2, 0, 1), 'UNSUPPORTED_VERSION'],
    ['another place in the tree', Uint8Array.from(one).fill(1, 67, 68), 'SIGNATURE_INVALID'],
    ['another tree of the same root', Uint8Array.from(one).fill(4, 66, 67), 'SIGNATURE_INVALID'],
    ['another path', Uint8Array.from(one).fill(0, 68, 69), 'SIGNATURE_INVALID'],
    ['a place that is none', Uint8Array.from(one).fill(3, 67, 68), 'MALFORMED'],
    ['a tree of one', Uint8Array.from(one).fill(1, 66, 67), 'MALFORMED'],
    ['a tree that is too large', Uint8Array.from(one).fill(65, 66, 67), 'MALFORMED']
  ]
  return cases.map(([what, bytes, code]) => ({ what, sealed: toHex(bytes), code }))
}

function toDagJson(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return { '/': { bytes: Buffer.from(value).toString('base64').replaceAll('=', '') } }
  }
  if (Array.isArray(value)) return value.map(toDagJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toDagJson(part)]))
}

if (import.meta.main) writeFileSync(VECTORS, `${JSON.stringify(makeVectors(), null, 2)}\n`)
