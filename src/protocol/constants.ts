/**
 * Every name and limit on the wire, with its unit and its reason.
 *
 * Protocol ids follow libp2p's `/name/part/major` form; a change that old peers cannot read gets a
 * new major number, never a new meaning.
 */

/** Version of the sealed envelope and of the message bodies inside it. */
export const WIRE_VERSION = 1

/** Task sessions: small frames tagged with the task id, one stream per peer and direction. */
export const TASK_PROTOCOL = '/peerwork/task/1'
/** Large or streamed bytes of one task, one stream each. */
export const BULK_PROTOCOL = '/peerwork/bulk/1'
/** Exchange of sealed agent cards. */
export const CARD_PROTOCOL = '/peerwork/card/1'
/** The encrypter of a network with an owner: noise, and then each shows its certificate. */
export const MEMBER_CONNECTION = '/peerwork/member-noise/1'
/** Exchange of certificates and revocations between members. */
export const MEMBER_PROTOCOL = '/peerwork/member/1'
/** Whether a port can be reached from outside: a peer dials back. */
export const PROBE_PROTOCOL = '/peerwork/probe/1'
/** Who is sought for a task, asked of those who may know. */
export const FIND_PROTOCOL = '/peerwork/find/1'
/** Two peers behind NATs agree to dial each other at once. */
export const PUNCH_PROTOCOL = '/peerwork/punch/1'
/** What a holder has of trace logs, and the sealed batches themselves. */
export const TRACE_SYNC_PROTOCOL = '/peerwork/trace-sync/1'
/** Gossip topic of a network's traces. */
export const traceTopic = (network: string): string => `/peerwork/trace/1/${network}`

const KIB = 1024
const MIB = 1024 * KIB

/** Session frame, bytes: what fits in one yamux window slice without starving other tasks. */
export const FRAME_BYTES_MAX = 64 * KIB
/** Input or output carried inside a session frame, bytes; larger goes over a bulk stream. */
export const INLINE_BYTES_MAX = 32 * KIB
/** Shared state or its patch inside a session frame, bytes; larger goes over a bulk stream. */
export const STATE_INLINE_BYTES_MAX = 8 * KIB
/** Shared state, or the patch that changes it, bytes: facts and decisions, not documents. */
export const STATE_BYTES_MAX = 256 * KIB
/** One task's input, bytes: a document or a long chat, not a data set (that is an artifact). */
export const INPUT_BYTES_MAX = 16 * MIB
/** One task's output, bytes: same reasoning as the input. */
export const OUTPUT_BYTES_MAX = 16 * MIB
/** One streamed chunk, bytes: a few thousand tokens, or a page of text. */
export const CHUNK_BYTES_MAX = 256 * KIB
/** All chunks of one task, bytes: bounds what a skill can push at a requester. */
export const CHUNKS_TOTAL_BYTES_MAX = 256 * MIB
/** A sealed task or result without its payload, bytes: fields are few and each is capped. */
export const SEALED_BYTES_MAX = 16 * KIB
/** Seals under one signature, count: half of what it costs each is then the path, 192 bytes. */
export const TOGETHER_MAX = 64
/** A body over this has a signature of its own, bytes: with a path it might not fit its cap. */
export const TOGETHER_BYTES_MAX = 8 * KIB
/** A sealed agent card, bytes: some 60 skills with schemas of 4 KiB. */
export const CARD_BYTES_MAX = 256 * KIB
/** A sealed presence, bytes: sixteen addresses and sixty-four names of skills. */
export const PRESENCE_BYTES_MAX = 12 * KIB
/** A sealed trace batch, bytes: gossipsub copies it to every mesh peer. */
export const BATCH_BYTES_MAX = 64 * KIB
/** The question or the answer of a port probe, bytes: a number, or a word and an error. */
export const PROBE_BYTES_MAX = 8 * KIB
/** The question who knows somebody, or its answer, bytes: eight peers of sixteen addresses. */
export const FIND_BYTES_MAX = 40 * KIB
/** Bytes of detail text (progress message, error message) that cross the wire. */
export const TEXT_BYTES_MAX = 4 * KIB
/** A label, a reason or one fact of an error, UTF-16 units: two lines of a terminal. */
export const LABEL_LENGTH_MAX = 200
/** Nesting of any JSON or CBOR value: deeper values break recursive code (stringify, clone). */
export const DEPTH_MAX = 32
/** Values in one CBOR body, keys included, count: four times a full card with all its hints. */
export const VALUES_MAX = 16_384

/** Trace events in one sealed batch: fills 64 KiB, and a signature (45 µs) costs each 0.2 µs. */
export const BATCH_EVENTS_MAX = 200
/** How long an event waits for company before its batch is sealed, ms. */
export const BATCH_WAIT_MS = 250

/** A sealed head of a trace log, bytes: a few numbers and two ids. */
export const HEAD_BYTES_MAX = 1024
/** A frame of a trace stream, bytes: a batch and its kind, or a list of what is held. */
export const SYNC_FRAME_BYTES_MAX = BATCH_BYTES_MAX + 1024
/** Ranges in one question or entry, count: a log with more holes is asked for twice. */
export const SYNC_RANGES_MAX = 32
/** Logs in one frame of a list, count: at most 2 KiB each. */
export const SYNC_ENTRIES_MAX = 16
/** One start of an agent, bytes: random, so that no two are the same. */
export const LOG_BOOT_BYTES = 8

/** Longest life of a signed task, ms. Bounds the replay table. */
export const TASK_LIFE_MS_MAX = 24 * 60 * 60 * 1000
/** How far in the future a signed time may lie, ms: clocks on a LAN differ by seconds. */
export const CLOCK_AHEAD_MS_MAX = 60_000
/** How far in the past a fresh task may have been issued, ms. */
export const CLOCK_BEHIND_MS_MAX = 120_000
/** Life of an agent card, ms: renewed at half of it. */
export const CARD_LIFE_MS = 10 * 60_000
/** Life of a presence, ms: told anew at a third of it. */
export const PRESENCE_LIFE_MS = 30 * 60_000
/** Agents a task may pass through by delegation: A asks B asks C … */
export const DEPTH_LEFT_MAX = 16

/** Longest network, skill and agent name, characters. */
export const NAME_LENGTH_MAX = 64
/** Skill names: lower-case words joined by dashes, so that they work as shell words and URLs. */
export const SKILL_NAME = /^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*$/
/** Network names: like host names. */
export const NETWORK_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/
/** Agent names: what reads well in a terminal; no control or bidirectional characters. */
export const AGENT_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u

const DAY_MS = 24 * 60 * 60 * 1000
/** An invitation or its redemption, sealed, bytes: a few short fields. */
export const INVITATION_BYTES_MAX = 1024
/** A certificate, sealed, bytes: with the grant inside it. */
export const CERTIFICATE_BYTES_MAX = 3 * KIB
/** Admins between a member and the owner, count: each was let in by the next. */
export const ISSUERS_MAX = 3
export const REVOCATION_BYTES_MAX = 2 * KIB
export const SUCCESSION_BYTES_MAX = 1024
/** A hello or a verdict, bytes: a credential is up to four certificates and a succession. */
export const HELLO_BYTES_MAX = 16 * KIB
/** A join link, characters: what a QR code of a terminal's height can still hold. */
export const JOIN_LINK_LENGTH_MAX = 2_900
/** Longest life of an invitation, ms: a link that lies about for a month is a hole. */
export const INVITATION_LIFE_MS_MAX = 30 * DAY_MS
/** Newcomers of one invitation, count: a class; more wants several, each with a name. */
export const INVITATION_USES_MAX = 1_000
/** Life of a member's certificate, ms: renewed at half of it, so a week away is no farewell. */
export const CERTIFICATE_LIFE_MS = 14 * DAY_MS
/** Life of an admin's certificate, ms: the owner's key may lie in a safe. */
export const CERTIFICATE_LIFE_MS_MAX = 366 * DAY_MS
/** Records of a roster (certificates, revocations), count: 4,096 of some 900 bytes are 4 MB. */
export const RECORDS_MAX = 4_096
/** Records in one frame, count, and bytes of such a frame with the ids of all that are wanted. */
export const RECORDS_PER_FRAME_MAX = 64
export const MEMBER_FRAME_BYTES_MAX = 1024 * KIB
