/**
 * Serving: the executor's end of a task session.
 *
 * A request walks: admission (may this peer ask at all?) → seal opened → journal (seen before?) →
 * input complete → performed. Whatever refuses it on the way is answered with `rejected` and why.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { sameBytes, toHex } from '../protocol/canonical.ts'
import { FRAME_BYTES_MAX, INLINE_BYTES_MAX, INPUT_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { Identity } from '../protocol/identity.ts'
import { decodeSessionFrame } from '../protocol/message/session.ts'
import type { SessionFrame } from '../protocol/message/session.ts'
import { expectTask } from '../protocol/message/task.ts'
import type { Task } from '../protocol/message/task.ts'
import { checkFresh, open } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import type { Admission } from '../tasks/admission.ts'
import { sealAgain, sealInterrupted } from './answer.ts'
import type { BulkDesk } from './bulk-desk.ts'
import { Caller } from './caller.ts'
import type { Means } from './caller.ts'
import { Deliveries } from './deliveries.ts'
import { FrameStream } from './frame-stream.ts'
import { Holdings, OUTPUTS } from './holdings.ts'
import { entryOf, fieldsOf, objectOf, payloadsOf } from './incoming.ts'
import type { Incoming, Parts, RequestFrame } from './incoming.ts'
import type { Entry, Known } from './journal-entry.ts'
import { refuseLoop } from './loop.ts'
import { Patience } from './patience.ts'
import { Performer } from './perform.ts'
import type { PerformerOptions } from './perform.ts'
import type { Quotas } from './quotas.ts'

/** Tasks one session may have open, count: more than the queue of any one executor. */
const SESSION_OPEN_MAX = 1_024
/** What may wait for a requester that reads slowly, bytes: results and progress of many tasks. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024
/** The same for one that was not admitted, bytes: some hundred refusals. */
const STRANGER_BYTES_MAX = 64 * 1024
const RUNNING = { state: 'running' } as const

export interface ServerOptions extends PerformerOptions {
  readonly identity: Identity
  readonly network: string
  readonly admission: Admission
  readonly quotas: Quotas
  readonly desk: BulkDesk
}

export class Server {
  readonly #options: ServerOptions
  readonly #performer: Performer
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

  /** Tasks that run here, count. */
  get size(): number {
    return this.#performer.size
  }

  /** Take a session that a peer opened. */
  accept(stream: Stream, connection: Connection): void {
    const { admission } = this.#options
    const frames: FrameStream = new FrameStream(stream, FRAME_BYTES_MAX, {
      waitingBytesMax: () =>
        admission.admits(caller.peer) ? WAITING_BYTES_MAX : STRANGER_BYTES_MAX,
      frame: (bytes) => this.#receive(decodeSessionFrame(bytes), caller),
      close: (error) => caller.gone(isSilent(error, connection))
    })
    const caller = new Caller(connection, frames, this.#means)
  }

  #receive(frame: SessionFrame, caller: Caller): void {
    if (frame.kind === 'cancel') {
      const why = frame.reason ?? 'canceled by the requester'
      caller.cancel(frame.id, new PeerworkError('CANCELED', why))
    } else if (frame.kind === 'request') this.#request(frame, caller)
    else throw new PeerworkError('MALFORMED', `a ${frame.kind} came where a request was due`)
  }

  /** All in one turn, unless a payload has yet to come. */
  #request(frame: RequestFrame, caller: Caller): void {
    const { admission, counters, quotas } = this.#options
    const admitted = admission.admits(caller.peer)
    if (!admitted && !this.#patience.lasts(caller.connection)) {
      counters.count('tasks_refused', { code: 'NOT_ADMITTED', reason: 'again' })
      caller.dismiss(new PeerworkError('NOT_ADMITTED', 'refused too often'))
      return
    }
    let request: Incoming | undefined
    try {
      if (!admitted) admission.check(caller.peer)
      if (caller.size >= SESSION_OPEN_MAX) {
        const facts = { reason: 'session', retryAfterMs: 1_000 }
        throw new PeerworkError('BUSY', 'too many open tasks', facts)
      }
      quotas.check(caller.peer)
      request = this.#read(frame, caller)
      const arriving = this.#answer(request)
      if (arriving !== undefined) void this.#later(request, arriving)
    } catch (thrown) {
      this.#refuse(frame, caller, thrown, request)
    }
  }

  async #later(request: Incoming, arriving: Promise<void>): Promise<void> {
    const { frame, caller, id } = request
    caller.coming(id)
    try {
      await arriving
    } catch (thrown) {
      this.#refuse(frame, caller, thrown, request)
    } finally {
      caller.looked(id)
    }
  }

  #refuse(frame: RequestFrame, caller: Caller, thrown: unknown, request?: Incoming): void {
    const error = this.#shareable(toPeerworkError(thrown), caller.peer)
    caller.refuse(frame.id, error)
    const { reason = '' } = error.facts
    const { counters, trace } = this.#options
    counters.count('tasks_refused', { code: error.code, reason: String(reason) })
    if (request === undefined) return
    if (error.code === 'LOOP') {
      const circle = { guard: 'loop', reason: 'the same work is above it', limit: 0, value: 1 }
      trace.emit({ type: 'guard.tripped', ...circle, action: 'stopped' }, request.fields)
    }
    trace.emit({ type: 'task.rejected', code: error.code }, request.fields)
  }

  /** Our own faults may speak of paths and disks: they go to the log, and the peer hears less. */
  #shareable(error: PeerworkError, peer: string): PeerworkError {
    if (error.code !== 'INTERNAL' && error.code !== 'STORE_FAILED') return error
    const { log, trace } = this.#options
    log.error({ peer, code: error.code, err: error }, 'a task could not be taken')
    trace.emit({ type: 'error', code: error.code, message: 'a task could not be taken' })
    return new PeerworkError(
      error.code,
      'the agent that was asked has a fault of its own; its log says more'
    )
  }

  /** What is asked for, once its seal is opened. */
  #read(frame: RequestFrame, caller: Caller): Incoming {
    const id = toHex(frame.id)
    caller.checkComing(id)
    const task = this.#open(frame, caller.peer)
    const fields = fieldsOf(task.body, id, toHex(this.#options.clock.random(8)))
    return { task, id, entry: entryOf(task, id), fields, frame, caller }
  }

  /** Begin it, or answer it from what is known. A promise while payloads have yet to come. */
  #answer(request: Incoming): Promise<void> | undefined {
    const { entry, caller, id } = request
    const known = this.#look(entry, caller.peer)
    if (known.state !== 'new') {
      this.#again(request, known)
      return undefined
    }
    if (caller.waitsFor(id)) throw new PeerworkError('REPLAYED', 'this id is in use')
    return this.#begin(request)
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
  #begin(request: Incoming): Promise<void> | undefined {
    const { task, fields, caller } = request
    const { clock, trace, quotas } = this.#options
    checkFresh(task.body, clock.now())
    refuseLoop(task.body, this.#options.identity.id)
    const { input, state } = task.body
    trace.emit({ type: 'task.received', bytes: input.bytes }, fields)
    const giveBack = quotas.hold(caller.peer, input.bytes + (state?.bytes ?? 0))
    try {
      const parts = payloadsOf(request, this.#options.desk)
      if (parts instanceof Promise) return this.#beginLater(request, parts, giveBack)
      this.#perform(request, parts, giveBack)
      return undefined
    } catch (error) {
      giveBack()
      throw error
    }
  }

  async #beginLater(request: Incoming, parts: Promise<Parts>, giveBack: () => void): Promise<void> {
    try {
      const arrived = await parts
      // Meanwhile the same work may have begun or ended through another request.
      const known = this.#look(request.entry, request.caller.peer)
      if (known.state === 'new') return this.#perform(request, arrived, giveBack)
      this.#again(request, known)
      giveBack()
    } catch (error) {
      giveBack()
      throw error
    }
  }

  /** Give it to be performed, or let it wait for its twin. */
  #perform(request: Incoming, { input, state }: Parts, giveBack: () => void): void {
    const { task, entry, fields, caller } = request
    if (this.#performer.twin(entry) !== undefined) {
      this.#again(request, RUNNING)
      giveBack()
      return
    }
    const job = { task, entry, fields, input, state: objectOf(state) }
    const over = this.#performer.begin(job, (running, ahead) => {
      caller.attach(running, request, ahead)
    })
    void over.then(giveBack)
  }

  /** Work that was asked for before: attach to it, or answer from the journal. Nothing runs. */
  #again(request: Incoming, known: Exclude<Known, { state: 'new' }>): void {
    const { task, entry, fields, caller } = request
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
    } else if (twin !== undefined) caller.attach(twin, request, 0)
    else {
      const { bytes } = sealInterrupted(task, clock.now(), identity)
      caller.deliver(task, bytes, { output: null, patch: null })
    }
    trace.emit({ type: 'task.replayed' }, fields)
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
}

/**
 * Whether the link broke under the session: pings went unanswered, or the system gave it up. Who
 * hangs up, or is killed, ends the connection well; what ends the session alone is a fault of ours
 * or theirs.
 */
function isSilent(error: Error | undefined, connection: Connection): boolean {
  if (error instanceof PeerworkError) return error.facts['silent'] === true
  return error !== undefined || connection.status === 'aborted'
}
