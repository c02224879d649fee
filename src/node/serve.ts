/**
 * Serving: the executor's end of a task session.
 *
 * A request walks: admission (may this peer ask at all?) → seal opened → journal (seen before?) →
 * input complete → performed. Whatever refuses it on the way is answered with `rejected` and why.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { sameBytes, toHex } from '../protocol/canonical.ts'
import {
  FRAME_BYTES_MAX,
  INLINE_BYTES_MAX,
  INPUT_BYTES_MAX,
  STATE_BYTES_MAX
} from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { JsonObject } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { decodeSessionFrame } from '../protocol/message/session.ts'
import type { SessionFrame } from '../protocol/message/session.ts'
import { expectTask } from '../protocol/message/task.ts'
import type { Task } from '../protocol/message/task.ts'
import { checkFresh, open } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { parseTraceparent } from '../protocol/trace-context.ts'
import type { WorkFields } from '../protocol/trace.ts'
import type { Admission } from '../tasks/admission.ts'
import { sealAgain, sealInterrupted, workDigest } from './answer.ts'
import type { BulkDesk } from './bulk-desk.ts'
import { Caller } from './caller.ts'
import type { Means } from './caller.ts'
import { Deliveries } from './deliveries.ts'
import { FrameStream } from './frame-stream.ts'
import { Holdings, INPUTS, OUTPUTS } from './holdings.ts'
import type { Entry, Known } from './journal-entry.ts'
import { Patience } from './patience.ts'
import { receivePayload } from './payloads.ts'
import { Performer } from './perform.ts'
import type { Ending, PerformerOptions } from './perform.ts'

/** Tasks one session may have open, count: more than the queue of any one executor. */
const SESSION_OPEN_MAX = 1_024
/** What may wait for a requester that reads slowly, bytes: results and progress of many tasks. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024
/** The same for one that was not admitted, bytes: some hundred refusals. */
const STRANGER_BYTES_MAX = 64 * 1024
const EMPTY = new Uint8Array()
const NEW: Known = { state: 'new' }
const RUNNING: Known = { state: 'running' }

export interface ServerOptions extends PerformerOptions {
  readonly network: string
  readonly admission: Admission
  readonly desk: BulkDesk
}

type RequestFrame = Extract<SessionFrame, { kind: 'request' }>

export class Server {
  readonly #options: ServerOptions
  readonly #performer: Performer
  readonly #inputs = new Holdings(INPUTS)
  readonly #patience: Patience
  readonly #means: Means

  constructor(options: ServerOptions) {
    this.#options = options
    this.#performer = new Performer(options)
    this.#patience = new Patience(() => options.clock.elapsed())
    this.#means = {
      deliveries: new Deliveries(new Holdings(OUTPUTS)),
      sealFor: (task, result) =>
        sealAgain(task, result, options.clock.now(), options.identity).bytes,
      reload: (entry) => {
        const known = options.journal.look(entry)
        return known.state === 'finished' ? known : undefined
      }
    }
  }

  /** Take a session that a peer opened. */
  accept(stream: Stream, connection: Connection): void {
    const { admission } = this.#options
    const frames: FrameStream = new FrameStream(stream, FRAME_BYTES_MAX, {
      waitingBytesMax: () =>
        admission.admits(caller.peer) ? WAITING_BYTES_MAX : STRANGER_BYTES_MAX,
      frame: (bytes) => this.#receive(decodeSessionFrame(bytes), caller),
      close: () => caller.gone()
    })
    const caller = new Caller(connection, frames, this.#means)
  }

  #receive(frame: SessionFrame, caller: Caller): void {
    if (frame.kind === 'cancel') {
      const why = frame.reason ?? 'canceled by the requester'
      caller.cancel(frame.id, new PeerworkError('CANCELED', why))
    } else if (frame.kind === 'request') void this.#request(frame, caller)
    else throw new PeerworkError('MALFORMED', `a ${frame.kind} came where a request was due`)
  }

  async #request(frame: RequestFrame, caller: Caller): Promise<void> {
    const { admission } = this.#options
    if (!admission.admits(caller.peer) && !this.#patience.lasts(caller.connection)) {
      caller.dismiss(new PeerworkError('NOT_ADMITTED', 'refused too often'))
      return
    }
    let fields: WorkFields | undefined
    let looked = (): void => undefined
    try {
      admission.check(caller.peer)
      if (caller.size >= SESSION_OPEN_MAX) {
        throw new PeerworkError('BUSY', 'too many open tasks', { retryAfterMs: 1_000 })
      }
      looked = caller.coming(frame.id)
      const task = this.#open(frame, caller.peer)
      fields = fieldsOf(task, toHex(this.#options.clock.random(8)))
      const entry = entryOf(task)
      const known = this.#look(entry, caller.peer)
      const request = { task, entry, fields, frame, caller }
      if (known.state === 'new') {
        if (caller.waitsFor(frame.id)) throw new PeerworkError('REPLAYED', 'this id is in use')
        await this.#begin(request)
      } else this.#again(request, known)
    } catch (thrown) {
      const error = this.#shareable(toPeerworkError(thrown), caller.peer)
      caller.refuse(frame.id, error)
      const { code } = error
      if (fields !== undefined) this.#options.trace.emit({ type: 'task.rejected', ...fields, code })
    } finally {
      looked()
    }
  }

  /** Our own faults may speak of paths and disks: they go to the log, and the peer hears less. */
  #shareable(error: PeerworkError, peer: string): PeerworkError {
    if (error.code !== 'INTERNAL' && error.code !== 'STORE_FAILED') return error
    this.#options.log.error({ peer, code: error.code, err: error }, 'a task could not be taken')
    return new PeerworkError(error.code, 'this agent has a fault of its own; its log says more')
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

  /** Fresh work: complete its input and begin it. */
  async #begin({ task, entry, fields, frame, caller }: Request): Promise<void> {
    const { clock, trace } = this.#options
    checkFresh(task.body, clock.now())
    trace.emit({ type: 'task.received', ...fields, bytes: task.body.input.bytes })
    const { input, state = { bytes: 0 } } = task.body
    const giveBack = this.#inputs.take(caller.peer, input.bytes + state.bytes)
    try {
      const over = await this.#complete({ task, entry, fields, frame, caller })
      void over?.finally(giveBack)
      if (over === undefined) giveBack()
    } catch (error) {
      giveBack()
      throw error
    }
  }

  /** Gather the payloads and perform; resolves to the end of the work, if it begins here. */
  async #complete(request: Request): Promise<Ending | undefined> {
    const { task, entry, fields, frame, caller } = request
    const [input, state] = await Promise.all([
      this.#payload(task, caller.peer, 'input', frame.input),
      this.#payload(task, caller.peer, 'state', frame.state)
    ])
    // While payloads came in, the same work may have begun or ended through another request.
    const waited = frame.input === undefined || (task.body.state && !frame.state)
    const known = waited ? this.#look(entry, caller.peer) : NEW
    const twin = this.#performer.twin(entry) === undefined ? known : RUNNING
    if (twin.state !== 'new') {
      this.#again(request, twin)
      return undefined
    }
    const job = { task, entry, fields, input: input ?? EMPTY, state: objectOf(state) }
    return this.#performer.begin(job, (running, ahead) => {
      caller.attach(running, task, ahead)
    })
  }

  /** Work that was asked for before: attach to it, or answer from the journal. Nothing runs. */
  #again({ task, entry, fields, caller }: Request, known: Exclude<Known, { state: 'new' }>): void {
    const { identity, clock, trace } = this.#options
    if (known.state === 'conflict') {
      throw new PeerworkError('REPLAYED', 'this key was used for other work before')
    }
    if (known.state === 'forgotten') {
      throw new PeerworkError('REPLAYED', 'this work was done, but its result is kept no more')
    }
    const twin = this.#performer.twin(entry)
    if (known.state === 'finished') {
      const same = sameBytes(known.task, task.digest)
      const result = same ? known.result : this.#means.sealFor(task, known.result)
      caller.deliver(task, result, known)
    } else if (twin !== undefined) caller.attach(twin, task, 0)
    else {
      const { bytes } = sealInterrupted(task, clock.now(), identity)
      caller.deliver(task, bytes, { output: null, patch: null })
    }
    trace.emit({ type: 'task.replayed', ...fields })
  }

  /**
   * What is known of this work. Its output comes along, so one that could not be sent now is not
   * even read.
   *
   * @throws PeerworkError `BUSY`
   */
  #look(entry: Entry, peer: string): Known {
    const { journal } = this.#options
    const { deliveries } = this.#means
    if (deliveries.reach(peer)) {
      const bytes = journal.weigh(entry)
      if (bytes > INLINE_BYTES_MAX) deliveries.check(peer, bytes)
    }
    return journal.look(entry)
  }

  /** The bytes of a part that the task announces, from its frame or its own stream. */
  #payload(
    { body }: Sealed<Task>,
    peer: string,
    part: 'input' | 'state',
    inline: Uint8Array | undefined
  ): Promise<Uint8Array> | undefined {
    const announced = body[part]
    if (announced === undefined) return undefined
    const { desk } = this.#options
    const bytesMax = part === 'input' ? INPUT_BYTES_MAX : STATE_BYTES_MAX
    return receivePayload(announced, inline, { desk, peer, id: body.id, part, bytesMax })
  }
}

interface Request {
  readonly task: Sealed<Task>
  readonly entry: Entry
  readonly fields: WorkFields
  readonly frame: RequestFrame
  readonly caller: Caller
}

function entryOf(task: Sealed<Task>): Entry {
  const { from, id, key, expires } = task.body
  return { from, key: key ?? toHex(id), task: task.digest, work: workDigest(task.body), expires }
}

function fieldsOf({ body }: Sealed<Task>, span: string): WorkFields {
  const { traceId: trace, spanId: parent } = parseTraceparent(body.trace)
  const { from: peer, skill, id } = body
  return { trace, span, parent, task: toHex(id), skill, side: 'executor', peer }
}

/** The shared state of a task. @throws PeerworkError `MALFORMED` unless it is a JSON object */
function objectOf(bytes: Uint8Array | undefined): JsonObject | undefined {
  if (bytes === undefined) return undefined
  const value = parseJson(bytes)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw new PeerworkError('INPUT_INVALID', 'the shared state is not an object')
}
