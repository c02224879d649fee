/** Every limit of doing work, with its unit and its reason; those on the wire are in protocol. */

import { CHUNK_BYTES_MAX, OUTPUT_BYTES_MAX } from '../protocol/constants.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Header of one message from a runner, bytes: the largest holds a whole state patch. */
export const HEADER_BYTES_MAX = 512 * KIB
/** One message from a runner, bytes: an output and its header. */
export const MESSAGE_BYTES_MAX = OUTPUT_BYTES_MAX + HEADER_BYTES_MAX + 4
/** Bytes for a runner that does not read its pipe: four inputs of the largest size. */
export const UNREAD_BYTES_MAX = 64 * MIB
/** One piece of a streamed HTTP body, bytes. */
export const FETCH_PIECE_BYTES_MAX = 64 * KIB
/** HTTP bytes on their way between parent and runner in one direction, bytes. */
export const FETCH_WINDOW_BYTES = 256 * KIB
/** One HTTP response body, bytes: a large page or a model's answer, not a download. */
export const FETCH_RESPONSE_BYTES_MAX = 64 * MIB
/** One HTTP request body, bytes. */
export const FETCH_REQUEST_BYTES_MAX = 64 * MIB
/** Headers of one HTTP request or response, bytes. */
export const FETCH_HEADER_BYTES_MAX = 32 * KIB
/** HTTP requests of one task at a time. */
export const FETCHES_MAX = 16
/** Redirects that one HTTP request follows. */
export const REDIRECTS_MAX = 5
/** Until the head of an HTTP response arrives, and between two pieces of its body, ms. */
export const FETCH_IDLE_MS = 120_000

/** Chunks of one task on their way to the requester: enough to hide one round trip. */
export const CHUNKS_IN_FLIGHT_MAX = 8
/** The same in bytes: one chunk of the largest size. */
export const CHUNK_WINDOW_BYTES = CHUNK_BYTES_MAX
/** Time between two progress messages, ms: 20 a second is more than anybody can read. */
export const PROGRESS_EVERY_MS = 50
/** Progress, log and spend messages of one runner in one second: more is a flood. */
export const CHATTER_PER_SECOND_MAX = 5_000
/** Log text and output of one task that reach the agent's log, bytes. */
export const LOG_BYTES_MAX = 64 * KIB
/** Tokens, or cost in the operator's unit, of one task: sums over many tasks stay exact numbers. */
export const SPENT_MAX = Number.MAX_SAFE_INTEGER
/**
 * Steps, requests and guards that one task tells of, count: a long agent loop, and 100 KB of trace
 * from what tells too much. Handoffs count three.
 */
export const TRACE_EVENTS_MAX = 1_000
/** Contents of steps that one task tells, count and bytes: redacting takes the agent's time. */
export const STEP_CONTENTS_MAX = 200
export const STEP_CONTENTS_BYTES_MAX = MIB
/** One of them on its way out of the sandbox, characters: just more bytes than may be told. */
export const STEP_CONTENT_CHARS_MAX = 96 * KIB
/** Parts that one task has handed on at a time. */
export const PARTS_MAX = 16

/** Operations in a state patch. */
export const PATCH_OPERATIONS_MAX = 1_000
/** A state patch as JSON, bytes. */
export const PATCH_BYTES_MAX = 256 * KIB
/** JSON that the operations of one patch read, copy and write, bytes: some 100 ms of work. */
export const PATCH_WORK_BYTES_MAX = 8 * MIB

/** Memory of a runner's JavaScript heap unless the skill says otherwise, MiB. */
export const MEMORY_MB = 256
export const MEMORY_MB_MIN = 32
export const MEMORY_MB_MAX = 4096
/** What a Node process occupies beside its heap, MiB; resident above heap plus this is killed. */
export const RUNNER_OWN_MB = 160
/** V8's code range and Node's own data count as data of the process, MiB (measured: 530). */
export const RUNNER_DATA_MB = 700
/** Open files of a runner: Node itself needs some 25. */
export const RUNNER_FILES_MAX = 128
/** Tasks at a time that a skill may ask for in one runner. */
export const CONCURRENCY_MAX = 256

/** From spawning a runner to its loaded skill, ms. */
export const LOAD_MS_MAX = 30_000
/** From asking a skill to stop to killing its runner, ms. */
export const GRACE_MS = 250
/** Between two looks at a running runner's memory and processor time, ms. */
export const METER_EVERY_MS = 100
/** A runner that did this many tasks … */
export const RUNNER_TASKS_MAX = 1_000
/** … and is this old is replaced, ms: leaks end, and fast skills do not respawn all the time. */
export const RUNNER_LIFE_MS = 60_000
/** An extra runner without work is closed after this, ms. */
export const RUNNER_IDLE_MS = 30_000
/** Wait before starting a runner again that died while loading, ms; doubles up to the maximum. */
export const RESPAWN_MS = 100
export const RESPAWN_MS_MAX = 30_000

/** Peer ids in an allow file. */
export const ALLOWED_PEERS_MAX = 10_000
/** An allow file, bytes. */
export const ALLOW_FILE_BYTES_MAX = MIB

/** Peers whose share of the service is remembered, count: as many as can be connected, and more. */
export const LANES_MAX = 1_024
/** The least a task counts for, ms: what taking it in and answering it costs the agent itself. */
export const SERVICE_MS_MIN = 0.1
/** What a task counts for while none was measured yet, ms. */
export const SERVICE_MS_UNKNOWN = 100
/** What a refused requester is told to wait while no task was measured yet, ms. */
export const RETRY_MS_UNKNOWN = 1_000
/** Least and longest wait that a refused requester is told, ms. */
export const RETRY_MS_MIN = 50
export const RETRY_MS_MAX = 60_000
/** How much longer than estimated it is told to wait at most, as a part of the estimate. */
export const RETRY_JITTER = 0.5
