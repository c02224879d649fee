/**
 * The requester's end of `/peerwork/task/1`: one stream to a peer, kept open, shared by all tasks.
 *
 * Opening a stream costs a negotiation, some ten times a frame on an open one. The stream is opened
 * with the first task and again after it broke.
 */

import type { Connection } from '@libp2p/interface'
import { toHex } from '../protocol/canonical.ts'
import { FRAME_BYTES_MAX, TASK_PROTOCOL } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { decodeSessionFrame, encodeSessionFrame } from '../protocol/message/session.ts'
import type { SessionFrame } from '../protocol/message/session.ts'
import { FrameStream } from './frame-stream.ts'

/** Opening a session on an open connection, ms. */
const OPEN_MS_MAX = 5_000

export type ReplyFrame = Exclude<SessionFrame, { kind: 'request' | 'cancel' }>

export interface TaskListener {
  reply(frame: ReplyFrame): void
  /** The session broke; no more frames will come. */
  lost(error: PeerworkError): void
}

class Session {
  readonly #listeners = new Map<string, TaskListener>()
  readonly #over: () => void
  #frames: FrameStream | undefined

  /** @param over told when the session is over; not when it could not be opened */
  constructor(over: () => void) {
    this.#over = over
  }

  async open(connection: Connection): Promise<this> {
    try {
      const signal = AbortSignal.timeout(OPEN_MS_MAX)
      const stream = await connection.newStream(TASK_PROTOCOL, {
        signal,
        runOnLimitedConnection: true
      })
      this.#frames = new FrameStream(stream, FRAME_BYTES_MAX, {
        frame: (bytes) => this.#receive(bytes),
        close: (error) => this.#lost(error)
      })
      return this
    } catch (error) {
      throw toPeerworkError(error, 'PEER_LOST')
    }
  }

  get closed(): boolean {
    return this.#frames?.closed ?? true
  }

  listen(task: string, listener: TaskListener): void {
    this.#listeners.set(task, listener)
  }

  forget(task: string): void {
    this.#listeners.delete(task)
  }

  send(frame: SessionFrame): void {
    this.#frames?.send(...encodeSessionFrame(frame))
  }

  async end(): Promise<void> {
    await this.#frames?.end()
  }

  /** Frames of tasks that are over here are late, not wrong: dropped. */
  #receive(bytes: Uint8Array): void {
    const frame = decodeSessionFrame(bytes)
    if (frame.kind === 'request' || frame.kind === 'cancel') {
      throw new PeerworkError('MALFORMED', `a ${frame.kind} came back on our own session`)
    }
    this.#listeners.get(toHex(frame.id))?.reply(frame)
  }

  #lost(error: Error | undefined): void {
    const why = error === undefined ? 'it closed the session' : error.message
    const lost = new PeerworkError('PEER_LOST', `the peer went away: ${why}`, {}, error)
    for (const listener of this.#listeners.values()) listener.lost(lost)
    this.#listeners.clear()
    this.#over()
  }
}

export type { Session }

interface Opened {
  readonly connection: Connection
  readonly session: Promise<Session>
  /** The same, once it is open. */
  ready: Session | undefined
}

/** One session a peer, opened when needed. */
export class Sessions {
  readonly #open = new Map<string, Opened>()

  /** The session to this peer over this connection, if it is open already. */
  ready(peer: string, connection: Connection): Session | undefined {
    const known = this.#open.get(peer)
    if (known?.connection !== connection || known.ready?.closed !== false) return undefined
    return known.ready
  }

  /** @throws PeerworkError `PEER_LOST` */
  async to(peer: string, connection: Connection): Promise<Session> {
    const known = this.#open.get(peer)
    if (known !== undefined && known.connection === connection) {
      const session = await known.session.catch(() => undefined)
      if (session !== undefined && !session.closed) return session
    }
    const current = this.#open.get(peer)
    if (current !== undefined && current !== known) return current.session
    const forget = (): void => {
      if (this.#open.get(peer) === opened) this.#open.delete(peer)
    }
    const session = new Session(forget).open(connection)
    const opened: Opened = { connection, session, ready: undefined }
    this.#open.set(peer, opened)
    session.then((open) => (opened.ready = open), forget)
    return session
  }

  /** Peers with a session that is open or being opened, count. */
  get size(): number {
    return this.#open.size
  }

  async close(): Promise<void> {
    const sessions = [...this.#open.values()]
    this.#open.clear()
    for (const { session } of sessions) await (await session.catch(() => undefined))?.end()
  }
}
