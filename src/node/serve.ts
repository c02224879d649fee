/**
 * Serving: the executor's end of a task session.
 *
 * A request walks: admission (may this peer ask at all?) → seal opened → journal (seen before?) →
 * input complete → workshop (room for it? fits the schema?) → accepted. From there the outcome is
 * sealed, journaled and sent to whoever still waits.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { digest, sameBytes, toHex } from '../protocol/canonical.ts'
import { FRAME_BYTES_MAX, INLINE_BYTES_MAX, INPUT_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { Identity } from '../protocol/identity.ts'
import { decodeSessionFrame, encodeSessionFrame } from '../protocol/message/session.ts'
import type { SessionFrame } from '../protocol/message/session.ts'
import { expectTask } from '../protocol/message/task.ts'
import type { Task } from '../protocol/message/task.ts'
import { checkFresh, open } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { clipLabel } from '../protocol/text.ts'
import { parseTraceparent } from '../protocol/trace-context.ts'
import type { TracePort, WorkFields } from '../protocol/trace.ts'
import type { Admission } from '../tasks/admission.ts'
import type { HandOn, Outcome, Workshop } from '../tasks/work.ts'
import { refusalOf, sealAgain, sealInterrupted, sealOutcome, workDigest } from './answer.ts'
import { BulkWriter, readWhole } from './bulk.ts'
import type { BulkDesk } from './bulk-desk.ts'
import type { Clock } from './clock.ts'
import { FrameStream } from './frame-stream.ts'
import type { Entry, Journal, Known } from './journal.ts'
import { RunningTask } from './running.ts'
import type { Waiter } from './running.ts'
import type { TaskTable } from './task-table.ts'

/** Tasks one session may have open, count: more than the queue of any one executor. */
const SESSION_OPEN_MAX = 1_024
/** A large input must begin to arrive within, ms. */
const INPUT_MS_MAX = 10_000

export interface ServerOptions {
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  readonly journal: Journal
  readonly admission: Admission
  readonly workshop: Workshop
  readonly desk: BulkDesk
  readonly trace: TracePort
  readonly table: TaskTable
  /** A running task hands a part of its work to another agent. */
  readonly handOn: (parent: WorkFields, request: HandOn) => Promise<Uint8Array>
}

/** One inbound session: a peer's tasks by id, and how to answer. */
interface Caller {
  readonly peer: string
  readonly connection: Connection
  readonly frames: FrameStream
  readonly open: Map<string, { running: RunningTask; waiter: Waiter }>
}

type RequestFrame = Extract<SessionFrame, { kind: 'request' }>

export class Server {
  readonly #options: ServerOptions
  readonly #running = new Map<string, RunningTask>()

  constructor(options: ServerOptions) {
    this.#options = options
  }

  /** Take a session that a peer opened. */
  accept(stream: Stream, connection: Connection): void {
    const peer = connection.remotePeer.toString()
    const open: Caller['open'] = new Map()
    const frames: FrameStream = new FrameStream(stream, FRAME_BYTES_MAX, {
      frame: (bytes) => this.#receive(bytes, caller),
      close: () => {
        for (const { running, waiter } of open.values()) running.detach(waiter)
        open.clear()
      }
    })
    const caller: Caller = { peer, connection, frames, open }
  }

  #receive(bytes: Uint8Array, caller: Caller): void {
    const frame = decodeSessionFrame(bytes)
    if (frame.kind === 'cancel') {
      const why = frame.reason ?? 'canceled by the requester'
      const mine = caller.open.get(toHex(frame.id))
      // Only the last one who waits may end work that others wait for too.
      if (mine !== undefined && mine.running.waiters.length === 1) {
        mine.running.cancel(new PeerworkError('CANCELED', why))
      }
    } else if (frame.kind === 'request') void this.#request(frame, caller)
    else throw new PeerworkError('MALFORMED', `a ${frame.kind} came where a request was due`)
  }

  async #request(frame: RequestFrame, caller: Caller): Promise<void> {
    let task: Sealed<Task> | undefined
    try {
      this.#options.admission.check(caller.peer)
      if (caller.open.size >= SESSION_OPEN_MAX) {
        throw new PeerworkError('BUSY', 'too many open tasks', { retryAfterMs: 1_000 })
      }
      task = this.#open(frame, caller.peer)
      const entry = entryOf(task)
      const known = this.#options.journal.look(entry)
      if (known.state === 'new') await this.#begin({ task, entry, frame, caller })
      else this.#again({ task, entry, known, caller })
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      caller.frames.send(
        ...encodeSessionFrame({ kind: 'rejected', id: frame.id, ...refusalOf(error) })
      )
      if (task === undefined) return
      const { code } = error
      this.#options.trace.emit({ type: 'task.rejected', ...fieldsOf(task, this.#span()), code })
    }
  }

  /** Open the seal and check that it is the frame's. */
  #open(frame: RequestFrame, sender: string): Sealed<Task> {
    const { network, identity, clock } = this.#options
    const context = { network, self: identity.id, sender, now: clock.now() }
    const opened = open(frame.task, expectTask(context))
    if (!opened.ok) throw opened.error
    const { body } = opened.sealed
    if (!sameBytes(body.id, frame.id)) {
      throw new PeerworkError('MALFORMED', 'the frame carries the task of another id')
    }
    if (body.input.bytes > INPUT_BYTES_MAX) {
      throw new PeerworkError('INPUT_TOO_LARGE', `an input of ${body.input.bytes} bytes`)
    }
    return opened.sealed
  }

  /** Work that was asked for before: attach to it, or answer from the journal. Nothing runs. */
  #again({ task, entry, known, caller }: Seen): void {
    const { identity, clock, trace } = this.#options
    const running = this.#running.get(keyOf(entry))
    if (known.state === 'running' && running !== undefined) {
      this.#attach(running, task, caller)
      return
    }
    const fields = fieldsOf(task, this.#span())
    const now = clock.now()
    if (known.state === 'finished') {
      trace.emit({ type: 'task.replayed', ...fields })
      const same = sameBytes(known.task, task.digest)
      const result = same ? known.result : sealAgain(task, known.result, now, identity).bytes
      this.#deliver(caller, task, result, known.output ?? undefined)
    } else if (known.state === 'conflict') {
      throw new PeerworkError('REPLAYED', 'this key was used for other work before')
    } else if (known.state === 'forgotten') {
      throw new PeerworkError('REPLAYED', 'this work was done, but its result is kept no more')
    } else {
      trace.emit({ type: 'task.replayed', ...fields })
      this.#deliver(caller, task, sealInterrupted(task, now, identity).bytes, undefined)
    }
  }

  /** Fresh work: complete its input, note it, and hand it to the workshop. */
  async #begin({ task, entry, frame, caller }: Fresh): Promise<void> {
    const { clock, journal, trace } = this.#options
    checkFresh(task.body, clock.now())
    const fields = fieldsOf(task, this.#span())
    trace.emit({ type: 'task.received', ...fields, bytes: task.body.input.bytes })
    const input = frame.input ?? (await this.#largeInput(task, caller.peer))
    if (!sameBytes(digest(input), task.body.input.digest)) {
      throw new PeerworkError('MALFORMED', 'the input is not the signed one')
    }
    // While a large input came in, the same work may have begun through another request.
    const key = keyOf(entry)
    const twin = this.#running.get(key)
    if (twin !== undefined) return this.#attach(twin, task, caller)
    const running = new RunningTask(task, entry)
    this.#running.set(key, running)
    try {
      journal.begin(entry)
      const { ahead, outcome, begin } = this.#take(running, fields, input)
      this.#attach(running, task, caller, ahead)
      trace.emit({ type: 'task.accepted', ...fields, ahead })
      begin()
      void this.#finish(running, fields, outcome)
    } catch (error) {
      this.#running.delete(key)
      journal.forget(entry)
      throw error
    }
  }

  #take(running: RunningTask, fields: WorkFields, input: Uint8Array) {
    const { workshop, trace, table, clock, handOn } = this.#options
    const { body } = running.task
    const { id } = running
    const { from, skill, budget, trace: traceparent } = body
    const started = clock.now()
    const taken = workshop.take({
      ...{ id, from, skill, input, budget, traceparent, signal: running.signal },
      on: {
        started(info) {
          table.update(id, { state: 'working' })
          trace.emit({ type: 'task.started', ...fields, ...info })
        },
        progress(body) {
          trace.emit({ type: 'task.progress', ...fields, ...body })
          for (const waiter of running.waiters) waiter.progress(body)
        },
        chunk(bytes) {
          if (running.chunkCount === 0) trace.emit({ type: 'task.streaming', ...fields })
          return running.chunk(bytes)
        },
        handOn: (request) => handOn(fields, request)
      }
    })
    table.open({ id, skill, trace: fields.trace, side: 'executor', peer: from })
    return { ...taken, started }
  }

  /** The work is over: seal, journal, send, tell. */
  async #finish(
    running: RunningTask,
    fields: WorkFields,
    ending: Promise<Outcome>
  ): Promise<void> {
    const { identity, clock, journal, table } = this.#options
    const started = clock.now()
    const outcome = await ending
    await running.endChunks()
    const facts = { started, now: clock.now(), chunks: running.chunks }
    const result = sealOutcome(running.task, outcome, facts, identity)
    const output = outcome.status === 'completed' ? outcome.output : undefined
    for (const waiter of running.waiters) waiter.result(result, output)
    journal.finish(running.entry, { result: result.bytes, output: output ?? null })
    this.#running.delete(keyOf(running.entry))
    table.close(running.id, outcome.status, 'error' in outcome ? outcome.error.code : null)
    this.#tell(outcome, fields, running)
  }

  #tell(outcome: Outcome, fields: WorkFields, running: RunningTask): void {
    const { trace } = this.#options
    if (outcome.status === 'completed') {
      const { wallMs, cpuMs, tokens, cost } = outcome.usage
      const { count: chunks, bytes } = running.chunks
      const all = outcome.output.length + bytes
      const used = { wallMs, cpuMs, tokens, cost, bytes: all, chunks }
      trace.emit({ type: 'task.completed', ...fields, ...used })
    } else if (outcome.status === 'canceled') {
      const reason = clipLabel(outcome.error.message)
      trace.emit({ type: 'task.canceled', ...fields, reason })
    } else {
      const { code, message } = outcome.error
      trace.emit({ type: 'task.failed', ...fields, code, message })
    }
  }

  /** Let a caller wait for running work: accepted now, the result when it comes. */
  #attach(running: RunningTask, task: Sealed<Task>, caller: Caller, ahead = 0): void {
    const { identity, clock } = this.#options
    const id = toHex(task.body.id)
    const { frames, connection, open } = caller
    const waiter: Waiter = {
      ...{ task, connection },
      progress: (body) => {
        if (frames.slow) return
        frames.send(...encodeSessionFrame({ kind: 'progress', id: task.body.id, ...body }))
      },
      result: (result, output) => {
        open.delete(id)
        const own = sameBytes(task.digest, running.task.digest)
        const bytes = own
          ? result.bytes
          : sealAgain(task, result.bytes, clock.now(), identity).bytes
        this.#deliver(caller, task, bytes, output)
      }
    }
    open.set(id, { running, waiter })
    running.attach(waiter)
    frames.send(...encodeSessionFrame({ kind: 'accepted', id: task.body.id, ahead }))
    if (frames.closed) running.detach(waiter)
  }

  /** Send a result: its output in the frame when small, on a stream of its own when large. */
  #deliver(
    { frames, connection }: Caller,
    task: Sealed<Task>,
    result: Uint8Array,
    output: Uint8Array | undefined
  ): void {
    const { id } = task.body
    const small = output !== undefined && output.length <= INLINE_BYTES_MAX
    const inline = small ? { output } : {}
    frames.send(...encodeSessionFrame({ kind: 'result', id, result, ...inline }))
    if (small || output === undefined) return
    const signal = AbortSignal.timeout(task.body.budget.wallMs + INPUT_MS_MAX)
    BulkWriter.open(connection, { id, part: 'output' }, signal)
      .then((bulk) => bulk.writeAll(output, signal))
      // The requester is gone or too slow: the result stays in the journal for when it asks again.
      .catch(() => undefined)
  }

  async #largeInput({ body }: Sealed<Task>, peer: string): Promise<Uint8Array> {
    const { desk } = this.#options
    const id = toHex(body.id)
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(new PeerworkError('DEADLINE_EXCEEDED', 'the input did not arrive'))
    }, INPUT_MS_MAX)
    try {
      const reader = await Promise.race([desk.expect(peer, id, 'input'), late.promise])
      clearTimeout(timer)
      return await readWhole(reader, body.input.bytes)
    } finally {
      clearTimeout(timer)
      desk.forget(peer, id, 'input')
    }
  }

  #span(): string {
    return toHex(this.#options.clock.random(8))
  }
}

interface Fresh {
  readonly task: Sealed<Task>
  readonly entry: Entry
  readonly frame: RequestFrame
  readonly caller: Caller
}

interface Seen {
  readonly task: Sealed<Task>
  readonly entry: Entry
  readonly known: Exclude<Known, { state: 'new' }>
  readonly caller: Caller
}

function entryOf(task: Sealed<Task>): Entry {
  const { from, id, key, expires } = task.body
  return { from, key: key ?? toHex(id), task: task.digest, work: workDigest(task.body), expires }
}

const keyOf = ({ from, key }: Entry): string => `${from} ${key}`

function fieldsOf({ body }: Sealed<Task>, span: string): WorkFields {
  const { traceId: trace, spanId: parent } = parseTraceparent(body.trace)
  const { from: peer, skill, id } = body
  return { trace, span, parent, task: toHex(id), skill, side: 'executor', peer }
}
