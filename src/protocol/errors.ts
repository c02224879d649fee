/**
 * One table of everything that can go wrong, and the one class that carries it.
 *
 * An error has a `code` (stable, for programs), a `message` (what happened and why), `facts` (the
 * values behind the message) and a `hint` (what to do next). `docs/errors.md` lists every code; a
 * test fails when one is missing there.
 */

import { TEXT_BYTES_MAX } from './constants.ts'
import { clip, clipLabel, printable } from './text.ts'

interface ErrorEntry {
  /** What to do next, in one sentence. */
  readonly hint: string
  /** Exit code of the command line, see docs/errors.md. */
  readonly exit: number
  /** Whether the same request may succeed later or elsewhere. */
  readonly retry: boolean
}

const entry = (exit: number, retry: boolean, hint: string): ErrorEntry => ({ exit, retry, hint })

/** Exit codes: 1 own fault, 2 usage, 3 not found, 4 refused, 5 task failed, 6 time, 7 network. */
export const ERRORS = {
  // Usage and configuration
  BAD_OPTION: entry(2, false, 'Check the option against `peerwork <command> --help`.'),
  BAD_ADDRESS: entry(2, false, 'Write addresses like /ip4/192.168.1.20/tcp/4001/p2p/12D3KooW….'),
  HOME_IN_USE: entry(1, false, 'Stop the other agent, or choose another home with --home/--name.'),
  HOME_UNSAFE: entry(1, false, 'Make it yours alone: chmod 700 on the home, chmod 600 on the key.'),
  KEY_UNREADABLE: entry(1, false, 'Restore the key from a backup, or remove it to get a new id.'),
  PASSPHRASE_WRONG: entry(1, false, 'Give the passphrase with --passphrase-file.'),
  STORE_FAILED: entry(
    1,
    true,
    'Check free space and permissions of the home of the agent that says so.'
  ),
  STORE_FULL: entry(1, true, 'Free space on the disk of the data directory, or shorten --keep.'),
  NOT_RUNNING: entry(3, false, 'Start an agent first: peerwork up.'),
  TASK_UNKNOWN: entry(3, false, 'See which tasks are open with `peerwork tasks`.'),
  CONTROL_FAILED: entry(
    1,
    true,
    'Is the agent still running? Try `peerwork id`, then `peerwork up`.'
  ),
  CLOSED: entry(1, false, 'The agent was stopped; create a new one.'),
  SERVICE_UNAVAILABLE: entry(
    1,
    false,
    'Run `peerwork up` under another supervisor; docs/service.md tells how.'
  ),
  SERVICE_FAILED: entry(1, true, 'See `peerwork service status` and the journal that it names.'),

  // Skills
  SKILL_INVALID: entry(2, false, 'See docs/skills.md for the shape of a skill file.'),
  SKILL_LOAD_FAILED: entry(1, false, 'Mend the file; docs/skills.md tells what a skill may use.'),
  SKILL_DUPLICATE: entry(2, false, 'Rename one of the two skills.'),
  SKILL_EXPOSES_HOME: entry(2, false, 'Move the skill file into a directory of its own.'),
  ISOLATION_UNAVAILABLE: entry(1, false, 'Install bubblewrap, or lower --min-isolation.'),

  // Finding a peer
  NO_PEERS: entry(7, true, 'Try --bootstrap with the address that `peerwork up` prints elsewhere.'),
  NO_PEER_WITH_SKILL: entry(3, true, 'See what is offered with `peerwork skills`.'),
  PEER_UNKNOWN: entry(
    3,
    true,
    'See who is there: `peerwork peers`; who belongs here: `peerwork members`.'
  ),
  PEER_AMBIGUOUS: entry(2, false, 'Use the whole peer id from `peerwork peers`.'),
  DIAL_FAILED: entry(7, true, 'Check that the peer runs and that its port is reachable.'),
  PEER_LOST: entry(
    7,
    true,
    'Submit again: the same key gets finished work back, a new one runs it anew.'
  ),

  // Refusals by the executor
  NOT_ADMITTED: entry(4, false, 'Ask the operator of that agent to add your id with --allow.'),
  SKILL_UNKNOWN: entry(3, false, 'See what the peer offers with `peerwork skills`.'),
  INPUT_INVALID: entry(2, false, 'Compare it with the schema: `peerwork skills <skill> --schema`.'),
  INPUT_TOO_LARGE: entry(2, false, 'Send less, or split the work into several tasks.'),
  BUSY: entry(4, true, 'Give it more time with --deadline, ask another peer, or come back later.'),
  QUOTA_EXCEEDED: entry(4, true, 'Wait for `retryAfter`, or ask another peer, or its operator.'),
  RELAY_LIMIT: entry(
    4,
    true,
    'Wait for a direct link or ask another peer; the relay passes on no more at once.'
  ),
  SHUTTING_DOWN: entry(4, true, 'Submit again when the agent is back, or ask another peer.'),
  WRONG_NETWORK: entry(4, false, 'Start both agents with the same --network.'),
  WRONG_AUDIENCE: entry(4, false, 'The task was addressed to another agent: submit it there.'),
  EXPIRED: entry(4, false, 'Submit again; if it repeats, compare the clocks of both machines.'),
  CLOCK_SKEW: entry(4, false, 'Set the clocks of both machines (NTP).'),
  REPLAYED: entry(4, false, 'Use a new task id for new work.'),
  LOOP: entry(4, false, 'The work came back to an agent that is at it already; break the circle.'),
  DEPTH_EXCEEDED: entry(4, false, 'The task was handed on too many times; shorten the chain.'),
  CONTENT_GONE: entry(4, false, 'Its key was dropped, or the producer restarted; it is lost.'),

  // Membership
  NOT_A_MEMBER: entry(4, false, 'Ask an admin for an invitation, then: peerwork join <link>.'),
  MEMBERSHIP_EXPIRED: entry(4, false, 'Connect to an admin to renew it, or ask for an invitation.'),
  MEMBERSHIP_REVOKED: entry(4, false, 'An admin put this agent out; ask one for an invitation.'),
  ROLE_MISSING: entry(
    4,
    false,
    'Ask an admin for the role; `peerwork members` shows who has which.'
  ),
  INVITATION_INVALID: entry(4, false, 'Ask for a new invitation: peerwork invite.'),
  NO_ADMIN: entry(7, true, 'Try again when an admin of the network is up.'),
  OWNER_KEY_NEEDED: entry(2, false, 'Run this where the owner key of the network lies.'),
  DUPLICATE_ID: entry(1, false, 'Two agents run with one key: give the copy a home of its own.'),

  // Opening what came over the wire
  TOO_LARGE: entry(1, false, 'The peer broke a size limit of docs/protocol.md.'),
  MALFORMED: entry(1, false, 'The peer sent bytes that are not Peerwork; check both versions.'),
  UNSUPPORTED_VERSION: entry(1, false, 'Update the older of the two agents.'),
  WRONG_KIND: entry(1, false, 'The peer sent another kind of message than was due here.'),
  SIGNATURE_INVALID: entry(1, false, 'Somebody changed or forged the message; do not trust it.'),
  RESULT_MISMATCH: entry(1, false, 'The peer answered another task; do not trust it.'),

  // Doing the work
  SKILL_FAILED: entry(5, false, 'The skill itself threw; its message tells why.'),
  SKILL_CRASHED: entry(5, true, 'The skill took its process down; see the agent log.'),
  OUT_OF_MEMORY: entry(5, false, 'Give the skill more memory, or a smaller input.'),
  OUTPUT_INVALID: entry(5, false, 'The skill broke its own output schema; tell its author.'),
  OUTPUT_TOO_LARGE: entry(5, false, 'Let the skill emit chunks instead of one large value.'),
  DEADLINE_EXCEEDED: entry(6, true, 'Give it more time with --deadline.'),
  BUDGET_EXCEEDED: entry(5, false, 'Raise the budget of the task.'),
  CANCELED: entry(6, false, 'The task was canceled on request.'),
  INTERRUPTED: entry(5, false, 'The executor restarted mid-task; submit new work if you need it.'),
  HOST_DENIED: entry(5, false, 'Declare the host in the `hosts` of the skill.'),
  INTERNAL: entry(1, true, 'This is a bug in Peerwork; please report it with the log.')
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null>>

/** The JSON form of an error, on the wire and on the command line. */
export interface ErrorRecord {
  readonly code: ErrorCode
  readonly message: string
  readonly facts?: ErrorFacts
}

/** Facts in one error, count: a handful explains, more is a dump. */
export const FACTS_MAX = 16
/** Fact names are field names. */
export const FACT_NAME = /^[a-zA-Z][a-zA-Z0-9]{0,39}$/

/**
 * Any failure that Peerwork names. Compare `error.code`, not the class.
 *
 * Messages often quote strangers, so the constructor makes them one printable line of at most
 * `TEXT_BYTES_MAX` bytes, and bounds the facts: every error can be logged, and every peer takes it.
 */
export class PeerworkError extends Error {
  override readonly name = 'PeerworkError'
  readonly code: ErrorCode
  readonly facts: ErrorFacts
  readonly hint: string
  readonly retry: boolean

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}, cause?: unknown) {
    super(bounded(message, TEXT_BYTES_MAX), cause === undefined ? undefined : { cause })
    this.code = code
    this.facts = boundedFacts(facts)
    this.hint = ERRORS[code].hint
    this.retry = ERRORS[code].retry
  }

  toJSON(): ErrorRecord & { hint: string } {
    return { code: this.code, message: this.message, facts: this.facts, hint: this.hint }
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value)
}

/** Any thrown value as a PeerworkError; what we did not foresee becomes `INTERNAL`. */
export function toPeerworkError(thrown: unknown, code: ErrorCode = 'INTERNAL'): PeerworkError {
  if (isPeerworkError(thrown)) return thrown
  return new PeerworkError(code, messageOf(thrown), {}, thrown)
}

/** Asking a hostile proxy for its class can throw. */
function isPeerworkError(thrown: unknown): thrown is PeerworkError {
  try {
    return thrown instanceof PeerworkError
  } catch {
    return false
  }
}

/** What a thrown value has to say. Never throws, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
  } catch {
    return 'something was thrown that cannot be shown'
  }
}

/** The form that crosses the wire; every reader of records accepts it. */
export function toRecord(error: PeerworkError): ErrorRecord {
  const { code, message, facts } = error
  return Object.keys(facts).length === 0 ? { code, message } : { code, message, facts }
}

/** An error that crossed a boundary as a record, as an error again. */
export function fromRecord(record: ErrorRecord): PeerworkError {
  return new PeerworkError(record.code, record.message, record.facts ?? {})
}

/** Cut before cleaning, so that the work is bounded too. */
function bounded(text: string, bytesMax: number): string {
  return clip(printable(text.slice(0, bytesMax + 1)), bytesMax)
}

/** Facts can come from a skill: what no peer would accept is left out. */
function boundedFacts(facts: ErrorFacts): ErrorFacts {
  const fit = Object.entries(facts).filter(([name, fact]) => {
    return FACT_NAME.test(name) && (typeof fact !== 'number' || Number.isFinite(fact))
  })
  const few = fit.slice(0, FACTS_MAX).map(([name, fact]): [string, typeof fact] => {
    return [name, typeof fact === 'string' ? printable(clipLabel(fact)) : fact]
  })
  return Object.fromEntries(few)
}
