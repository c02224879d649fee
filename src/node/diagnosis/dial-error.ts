/** Why an address could not be reached, in words that say what to look at. */

import { PeerworkError } from '../../protocol/errors.ts'

/** One word for counting, one sentence for people. */
export interface DialFault {
  readonly reason: DialReason
  readonly why: string
  /** When one of the two agents refused the other: its code. */
  readonly refusal?: PeerworkError
}

export type DialReason =
  | 'refused'
  | 'silent'
  | 'no-route'
  | 'no-name'
  | 'other-peer'
  | 'self'
  | 'no-agent'
  | 'turned-away'
  | 'other'

/** What an agent says of one that lets in members only cannot be told from no agent at all. */
export const MEMBERS_ONLY = 'of a network with members only'

/** What members say of one that an admin put out. */
export const PUT_OUT = 'was put out by'

/** What the system and libp2p say; the first that fits counts. */
const SIGNS: readonly (readonly [RegExp, DialReason, string])[] = [
  [/ECONNREFUSED/, 'refused', 'the port is closed: nobody listens there'],
  [/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/, 'no-route', 'there is no way to that address'],
  [/ENOTFOUND|EAI_AGAIN|ENODATA/, 'no-name', 'the name of the host is not known'],
  [
    /UnexpectedPeer|does not match expected|not match the expected|expected peer/i,
    'other-peer',
    'another agent answers there: its id is not the one in the address'
  ],
  [/dial(?:ed)? self/i, 'self', 'this agent itself answers there, or a copy with the same key'],
  [
    /Unexpected EOF|ECONNRESET|EPIPE|hung up|MuxerClosed/i,
    'turned-away',
    `it hung up in the handshake: too busy, no agent, or ${MEMBERS_ONLY}`
  ],
  [
    /ETIMEDOUT|timed? ?out|timeout|AbortError/i,
    'silent',
    'it does not answer: a firewall, or the wrong address'
  ],
  [
    /EncryptionFailed|UnsupportedProtocol|protocol selection failed|Missing newline/i,
    'no-agent',
    `what answers there is no agent, or one ${MEMBERS_ONLY}`
  ]
]
/** A loopback address in what the system says: `connect ECONNREFUSED 127.0.0.1:4001`. */
const OWN_MACHINE = /\b127(?:\.\d+){3}:|\s\[?::1\]?:/
/** Errors inside errors looked at, levels: libp2p wraps each address's own. */
const DEPTH_MAX = 4

export function explainDial(error: unknown): DialFault {
  const all = unwrap(error)
  const refusal = all.find((one): one is PeerworkError => one instanceof PeerworkError)
  if (refusal !== undefined) return { reason: 'turned-away', why: refusal.message, refusal }
  const said = all.map((one) => `${one.name} ${codeOf(one)} ${one.message}`)
  // Agents name loopback addresses too; that nobody is there on this machine says nothing of them.
  const afar = said.filter((text) => !OWN_MACHINE.test(text))
  for (const texts of [afar, said]) {
    for (const [sign, reason, why] of SIGNS) {
      if (texts.some((text) => sign.test(text))) return { reason, why }
    }
  }
  return { reason: 'other', why: (all.at(-1)?.message ?? 'it failed').slice(0, 200) }
}

/** The error and those inside it, outermost first. */
function unwrap(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > DEPTH_MAX) return []
  const inside = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return [error, ...[error.cause, ...inside].flatMap((one) => unwrap(one, depth + 1))]
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : ''
}
