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
/** A sealed agent card, bytes: some 60 skills with schemas of 4 KiB. */
export const CARD_BYTES_MAX = 256 * KIB
/** A sealed trace batch, bytes: gossipsub copies it to every mesh peer. */
export const BATCH_BYTES_MAX = 64 * KIB
/** Bytes of detail text (progress message, error message) that cross the wire. */
export const TEXT_BYTES_MAX = 4 * KIB
/** A label, a reason or one fact of an error, UTF-16 units: two lines of a terminal. */
export const LABEL_LENGTH_MAX = 200
/** Nesting of any JSON or CBOR value: deeper values break recursive code (stringify, clone). */
export const DEPTH_MAX = 32
/** Values in one CBOR body, keys included, count: four times a full card with all its hints. */
export const VALUES_MAX = 16_384

/** Trace events in one sealed batch: amortises one signature (30 µs) to < 1 µs an event. */
export const BATCH_EVENTS_MAX = 50
/** How long an event waits for company before its batch is sealed, ms. */
export const BATCH_WAIT_MS = 250

/** Longest life of a signed task, ms. Bounds the replay table. */
export const TASK_LIFE_MS_MAX = 24 * 60 * 60 * 1000
/** How far in the future a signed time may lie, ms: clocks on a LAN differ by seconds. */
export const CLOCK_AHEAD_MS_MAX = 60_000
/** How far in the past a fresh task may have been issued, ms. */
export const CLOCK_BEHIND_MS_MAX = 120_000
/** Life of an agent card, ms: renewed at half of it. */
export const CARD_LIFE_MS = 10 * 60_000
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
