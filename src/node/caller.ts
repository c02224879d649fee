/** A peer with an open task session: what it waits for here, and how answers reach it. */

import type { Connection } from '@libp2p/interface'
import { sameBytes, toHex } from '../protocol/canonical.ts'
import { INLINE_BYTES_MAX, STATE_INLINE_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { encodeSessionFrame } from '../protocol/message/session.ts'
import type { Task } from '../protocol/message/task.ts'
import type { Sealed } from '../protocol/seal.ts'
import { refusalOf } from './answer.ts'
import type { FrameStream } from './frame-stream.ts'
import { sendPayload } from './payloads.ts'
import type { Payloads, RunningTask, Waiter } from './running.ts'

/** How long a requester may take to fetch a large output beyond the task's own time, ms. */
const FETCH_MS_MAX = 30_000

/** Seals a result again for a task other than the one that ran. */
export type SealFor = (task: Sealed<Task>, result: Uint8Array) => Uint8Array

export class Caller {
  readonly peer: string
  readonly #connection: Connection
  readonly #frames: FrameStream
  readonly #open = new Map<string, { running: RunningTask; waiter: Waiter }>()
  /** Requests that are not work yet, and what canceled them meanwhile. */
  readonly #coming = new Map<string, PeerworkError | undefined>()

  constructor(connection: Connection, frames: FrameStream) {
    this.peer = connection.remotePeer.toString()
    this.#connection = connection
    this.#frames = frames
  }

  /** Tasks this peer waits for, those included whose request is still being looked at. */
  get size(): number {
    return this.#open.size + this.#coming.size
  }

  /**
   * A request is looked at until the returned function is called; a cancel meanwhile is kept for it.
   *
   * @throws PeerworkError `REPLAYED` while another request of this id is looked at
   */
  coming(id: Uint8Array): () => void {
    const key = toHex(id)
    if (this.#coming.has(key)) throw new PeerworkError('REPLAYED', 'this task came a moment ago')
    this.#coming.set(key, undefined)
    return () => void this.#coming.delete(key)
  }

  /** Whether this peer waits for work of this id already. */
  waitsFor(id: Uint8Array): boolean {
    return this.#open.has(toHex(id))
  }

  /** Let this peer wait for running work: accepted now, the result when it comes. */
  attach(running: RunningTask, task: Sealed<Task>, ahead: number, sealFor: SealFor): void {
    const id = toHex(task.body.id)
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
        const own = sameBytes(task.digest, running.task.digest)
        this.deliver(task, own ? result.bytes : sealFor(task, result.bytes), payloads)
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

  /** Send a result: its payloads in the frame when small, on streams of their own when large. */
  deliver(task: Sealed<Task>, result: Uint8Array, { output, patch }: Payloads): void {
    const { id, budget } = task.body
    const small = output !== null && output.length <= INLINE_BYTES_MAX
    const light = patch !== null && patch.length <= STATE_INLINE_BYTES_MAX
    this.#frames.send(
      ...encodeSessionFrame({
        ...{ kind: 'result', id, result },
        ...(small ? { output } : {}),
        ...(light ? { patch } : {})
      })
    )
    const signal = (): AbortSignal => AbortSignal.timeout(budget.wallMs + FETCH_MS_MAX)
    // When the requester is gone or too slow, the result stays in the journal until it asks again.
    const forgive = (): void => undefined
    if (output !== null && !small) {
      sendPayload(this.#connection, { id, part: 'output' }, output, signal()).catch(forgive)
    }
    if (patch !== null && !light) {
      sendPayload(this.#connection, { id, part: 'patch' }, patch, signal()).catch(forgive)
    }
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
  }

  /** The session is over. */
  gone(): void {
    for (const { running, waiter } of this.#open.values()) running.detach(waiter)
    this.#open.clear()
  }
}
