/** A peer with an open task session: what it waits for here, and how answers reach it. */

import type { Connection } from '@libp2p/interface'
import { sameBytes, toHex } from '../protocol/canonical.ts'
import { INLINE_BYTES_MAX, STATE_INLINE_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { encodeSessionFrame } from '../protocol/message/session.ts'
import type { Task } from '../protocol/message/task.ts'
import type { Sealed } from '../protocol/seal.ts'
import { refusalOf } from './answer.ts'
import type { Deliveries } from './deliveries.ts'
import type { FrameStream } from './frame-stream.ts'
import type { Entry } from './journal-entry.ts'
import { mustPass, sendPayload } from './payloads.ts'
import type { Payloads, RunningTask, Waiter } from './running.ts'

/** How long a requester may take to fetch a large output of no bytes, ms. */
const FETCH_MS_MAX = 30_000
/** How fast it must be besides: 0.5 Mbit/s, the slowest link that large outputs make sense on. */
const FETCH_BYTES_PER_MS = 64

/** What a caller needs of the agent. */
export interface Means {
  readonly deliveries: Deliveries
  /** Seal a result again for a task other than the one that ran. */
  readonly sealFor: (task: Sealed<Task>, result: Uint8Array) => Uint8Array
  /** The payloads of work that ended here, if they are still kept. */
  readonly reload: (entry: Entry) => Payloads | undefined
}

export class Caller {
  readonly peer: string
  readonly #connection: Connection
  readonly #frames: FrameStream
  readonly #means: Means
  readonly #open = new Map<string, { running: RunningTask; waiter: Waiter }>()
  /** Requests that are not work yet, and what canceled them meanwhile. */
  readonly #coming = new Map<string, PeerworkError | undefined>()

  /** Results that wait for room, by task; each is taken back by calling. */
  readonly #owed = new Map<string, () => void>()

  constructor(connection: Connection, frames: FrameStream, means: Means) {
    this.peer = connection.remotePeer.toString()
    this.#connection = connection
    this.#frames = frames
    this.#means = means
  }

  get connection(): Connection {
    return this.#connection
  }

  /** Tasks this peer waits for, those included whose request is still being looked at. */
  get size(): number {
    return this.#open.size + this.#coming.size + this.#owed.size
  }

  /** @throws PeerworkError `REPLAYED` while another request of this id (hex) is coming in */
  checkComing(id: string): void {
    if (this.#coming.has(id)) throw new PeerworkError('REPLAYED', 'this task came a moment ago')
  }

  /** A request of this id (hex) is coming in until `looked`; a cancel meanwhile is kept for it. */
  coming(id: string): void {
    this.#coming.set(id, undefined)
  }

  looked(id: string): void {
    this.#coming.delete(id)
  }

  /** Whether this peer waits for work of this id (hex) already. */
  waitsFor(id: string): boolean {
    return this.#open.has(id)
  }

  /** Let this peer wait for running work: accepted now, the result when it comes. */
  attach(running: RunningTask, { id, task }: Asked, ahead: number): void {
    const accepted = encodeSessionFrame({ kind: 'accepted', id: task.body.id, ahead })
    // Asked for twice on one session: one wait, or a hang-up would leave the other behind.
    if (this.#open.has(id)) {
      this.#frames.send(...accepted)
      return
    }
    const waiter: Waiter = {
      connection: this.#connection,
      progress: (body) => {
        // Progress is news for people: a peer that reads slowly gets the next one.
        if (this.#frames.slow) return
        this.#frames.send(...encodeSessionFrame({ kind: 'progress', id: task.body.id, ...body }))
      },
      result: (result, payloads) => {
        this.#open.delete(id)
        const own = task === running.task || sameBytes(task.digest, running.task.digest)
        const bytes = own ? result.bytes : this.#means.sealFor(task, result.bytes)
        this.#deliverNew(task, bytes, payloads, running.entry)
      },
      failed: (error) => {
        this.#open.delete(id)
        this.refuse(task.body.id, error)
      }
    }
    this.#open.set(id, { running, waiter })
    running.attach(waiter)
    this.#frames.sendWithNext(...accepted)
    if (this.#frames.closed) running.detach(waiter)
    const canceled = this.#coming.get(id)
    if (canceled !== undefined) this.cancel(task.body.id, canceled)
  }

  /**
   * Send a result that was asked for again.
   *
   * @throws PeerworkError `BUSY` while too much is on its way to this peer already
   */
  deliver(task: Sealed<Task>, result: Uint8Array, payloads: Payloads): void {
    const bytes = largeBytes(payloads)
    if (bytes === 0) this.#sendResult(task, result, payloads)
    else {
      const begin = (): Promise<void> => this.#send(task, result, payloads)
      this.#means.deliveries.now({ peer: this.peer, bytes, begin })
    }
  }

  /**
   * Send a result that has just been made. When too much is on its way already it waits for its
   * turn, without the payloads: those are read from the journal when the turn comes.
   */
  #deliverNew(task: Sealed<Task>, result: Uint8Array, payloads: Payloads, entry: Entry): void {
    const { deliveries } = this.#means
    const bytes = largeBytes(payloads)
    if (bytes === 0 || deliveries.fits(this.peer, bytes)) {
      this.deliver(task, result, payloads)
      return
    }
    const id = toHex(task.body.id)
    const begin = this.#beginLater(task, result, entry)
    const takeBack = deliveries.later({ peer: this.peer, bytes, begin })
    this.#owed.set(id, takeBack)
  }

  /** Not a part of its caller, whose payloads would live as long as this function waits. */
  #beginLater(task: Sealed<Task>, result: Uint8Array, entry: Entry): () => Promise<void> {
    return async () => {
      this.#owed.delete(toHex(task.body.id))
      const payloads = this.#means.reload(entry)
      if (payloads !== undefined) return this.#send(task, result, payloads)
      const gone = 'the work is done, but its result had to make room before it could be sent'
      this.refuse(task.body.id, new PeerworkError('REPLAYED', gone))
    }
  }

  /** Large payloads travel on streams of their own. Settles when they have left, or cannot. */
  async #send(task: Sealed<Task>, result: Uint8Array, payloads: Payloads): Promise<void> {
    const { id } = task.body
    try {
      mustPass(this.#connection, largeBytes(payloads))
    } catch (error) {
      // The result stays in the journal: over a better link it is sent when it is asked for again.
      this.refuse(id, toPeerworkError(error))
      return
    }
    this.#sendResult(task, result, payloads)
    const sending = (['output', 'patch'] as const).map(async (part) => {
      const bytes = payloads[part]
      if (bytes === null || !isLarge(part, bytes)) return
      const ms = FETCH_MS_MAX + Math.ceil(bytes.length / FETCH_BYTES_PER_MS)
      const signal = AbortSignal.timeout(ms)
      await sendPayload(this.#connection, { id, part }, bytes, signal)
    })
    // When the requester is gone or too slow, the result stays in the journal until it asks again.
    await Promise.allSettled(sending)
  }

  #sendResult(task: Sealed<Task>, result: Uint8Array, payloads: Payloads): void {
    const { id } = task.body
    const { output, patch } = payloads
    this.#frames.send(
      ...encodeSessionFrame({
        ...{ kind: 'result', id, result },
        ...(output !== null && !isLarge('output', output) ? { output } : {}),
        ...(patch !== null && !isLarge('patch', patch) ? { patch } : {})
      })
    )
  }

  refuse(id: Uint8Array, error: PeerworkError): void {
    this.#frames.send(...encodeSessionFrame({ kind: 'rejected', id, ...refusalOf(error) }))
  }

  /** Only the last one who waits may end work that others wait for too. */
  cancel(id: Uint8Array, error: PeerworkError): void {
    const key = toHex(id)
    const running = this.#open.get(key)?.running
    if (running?.waiters.length === 1) running.cancel(error)
    else if (running === undefined && this.#coming.has(key)) this.#coming.set(key, error)
    this.#owed.get(key)?.()
    this.#owed.delete(key)
  }

  /** End the session. */
  dismiss(error: PeerworkError): void {
    this.#frames.abort(error)
  }

  /**
   * The session is over.
   *
   * @param silent the link under it broke, and nobody hung up
   */
  gone(silent = false): void {
    for (const takeBack of this.#owed.values()) takeBack()
    this.#owed.clear()
    for (const { running, waiter } of this.#open.values()) {
      running.detach(waiter, silent)
    }
    this.#open.clear()
  }
}

/** A task and its id, hex. */
interface Asked {
  readonly id: string
  readonly task: Sealed<Task>
}

/** A payload is either small enough for the frame, or large. */
function isLarge(part: keyof Payloads, bytes: Uint8Array): boolean {
  return bytes.length > (part === 'output' ? INLINE_BYTES_MAX : STATE_INLINE_BYTES_MAX)
}

function largeBytes({ output, patch }: Payloads): number {
  const large = output !== null && isLarge('output', output) ? output.length : 0
  return patch !== null && isLarge('patch', patch) ? large + patch.length : large
}
