/**
 * A peer that speaks the protocol by hand: it can say anything, and nothing checks what it says.
 *
 * It shows an honest card unless told otherwise, so that agents take it for a peer; from then on
 * every frame is the test's own.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { FrameStream } from '../../src/node/frame-stream.ts'
import { decode, digest, encode, toHex } from '../../src/protocol/canonical.ts'
import {
  BULK_PROTOCOL,
  CARD_PROTOCOL,
  FRAME_BYTES_MAX,
  TASK_PROTOCOL
} from '../../src/protocol/constants.ts'
import { encodeFrame } from '../../src/protocol/frame.ts'
import type { Identity } from '../../src/protocol/identity.ts'
import type { Card, PeerHint } from '../../src/protocol/message/card.ts'
import type { Result } from '../../src/protocol/message/result.ts'
import { NO_USAGE } from '../../src/protocol/message/result.ts'
import {
  decodeSessionFrame,
  encodeBulkHeader,
  encodeSessionFrame
} from '../../src/protocol/message/session.ts'
import type { BulkPart, SessionFrame } from '../../src/protocol/message/session.ts'
import { readTask } from '../../src/protocol/message/task.ts'
import type { Task } from '../../src/protocol/message/task.ts'
import { peek, seal } from '../../src/protocol/seal.ts'
import type { Sealed } from '../../src/protocol/seal.ts'
import { createRawHost } from './raw-host.ts'
import type { RawHost } from './raw-host.ts'

/** Until an answer comes, ms. */
const ANSWER_MS_MAX = 15_000

export type RequestFrame = Extract<SessionFrame, { kind: 'request' }>

/** What an evil executor does with a request. */
export type Serve = (request: Asked, session: EvilSession) => void | Promise<void>

export interface Asked {
  readonly frame: RequestFrame
  readonly task: Sealed<Task>
  readonly connection: Connection
}

/** One end of a task session. */
export class EvilSession {
  readonly frames: SessionFrame[] = []
  readonly closes: (Error | undefined)[] = []
  readonly #stream: FrameStream
  #wake = (): void => undefined

  constructor(stream: Stream, onFrame: (frame: SessionFrame) => void = () => undefined) {
    this.#stream = new FrameStream(stream, FRAME_BYTES_MAX * 2, {
      frame: (bytes) => {
        const frame = decodeSessionFrame(bytes)
        this.frames.push(frame)
        onFrame(frame)
        this.#wake()
      },
      close: (error) => {
        this.closes.push(error)
        this.#wake()
      }
    })
  }

  get closed(): boolean {
    return this.closes.length > 0
  }

  send(frame: SessionFrame): void {
    this.#stream.send(...encodeSessionFrame(frame))
  }

  /** Any bytes as a frame. */
  sendRaw(bytes: Uint8Array): void {
    this.#stream.send(bytes)
  }

  end(): Promise<void> {
    return this.#stream.end()
  }

  /** The next frame of this task that fits and was not asked for before. */
  async answer(id: Uint8Array, ...kinds: SessionFrame['kind'][]): Promise<SessionFrame> {
    const late = AbortSignal.timeout(ANSWER_MS_MAX)
    for (;;) {
      const at = this.frames.findIndex((frame) => {
        return toHex(frame.id) === toHex(id) && (kinds.length === 0 || kinds.includes(frame.kind))
      })
      const [found] = at < 0 ? [] : this.frames.splice(at, 1)
      if (found !== undefined) return found
      if (this.closed) throw new Error(`closed without ${kinds.join()}: ${this.closes[0]?.message}`)
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve
        late.addEventListener('abort', () => reject(new Error(`no ${kinds.join()} came`)))
      })
    }
  }

  /** Why a request was refused. */
  async refusal(id: Uint8Array): Promise<{ code: string; message: string }> {
    const frame = await this.answer(id, 'rejected', 'accepted', 'result')
    if (frame.kind === 'rejected') return frame.error
    throw new Error(`it was not refused but ${frame.kind}`)
  }
}

export class EvilPeer implements AsyncDisposable {
  readonly host: RawHost
  /** What it does with requests; nothing at all by default. */
  serve: Serve = () => undefined
  /** The frame it shows as its card. */
  card: () => Uint8Array
  readonly sessions: EvilSession[] = []

  private constructor(host: RawHost, change: Partial<Card>) {
    this.host = host
    this.card = () => cardFrame(host.identity, change)
  }

  static async create(change: Partial<Card> = {}): Promise<EvilPeer> {
    const host = await createRawHost(change.network)
    const evil = new EvilPeer(host, change)
    await host.host.handle(CARD_PROTOCOL, (stream) => {
      const answer = (): void => {
        stream.send(encodeFrame(evil.card()))
        stream.close().catch(() => undefined)
      }
      stream.addEventListener('message', answer, { once: true })
    })
    await host.host.handle(TASK_PROTOCOL, (stream, connection) => evil.#accept(stream, connection))
    await host.host.handle(BULK_PROTOCOL, (stream) => stream.pause(), { maxInboundStreams: 200 })
    return evil
  }

  get id(): string {
    return this.host.id
  }

  get identity(): Identity {
    return this.host.identity
  }

  get address(): string {
    return this.host.address
  }

  /** Connect to an agent and show the card; resolves with the agent's card frame, raw. */
  async join(address: string, card = this.card()): Promise<Connection> {
    const connection = await this.host.dial(address)
    const stream = await connection.newStream(CARD_PROTOCOL)
    stream.send(encodeFrame(card))
    await new Promise<void>((resolve, reject) => {
      stream.addEventListener('message', () => resolve(), { once: true })
      stream.addEventListener('close', () => reject(new Error('closed without a card')))
    })
    await stream.close().catch(() => undefined)
    return connection
  }

  /** Open a task session as a requester. */
  async session(connection: Connection): Promise<EvilSession> {
    return new EvilSession(await connection.newStream(TASK_PROTOCOL))
  }

  /** Open a bulk stream and write frames on it. */
  async bulk(connection: Connection, id: Uint8Array, part: BulkPart, ...frames: Uint8Array[]) {
    const stream = await connection.newStream(BULK_PROTOCOL)
    stream.send(encodeFrame(encodeBulkHeader({ id, part })))
    for (const frame of frames) stream.send(encodeFrame(frame))
    return stream
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]()
  }

  #accept(stream: Stream, connection: Connection): void {
    const session: EvilSession = new EvilSession(stream, (frame) => {
      if (frame.kind !== 'request') return
      const { body } = peek(frame.task)
      const task = { body: readTask(decode(body)), bytes: frame.task, digest: digest(body) }
      void this.serve({ frame, task, connection }, session)
    })
    this.sessions.push(session)
  }
}

export function cardFrame(
  identity: Identity,
  change: Partial<Card> = {},
  peers: readonly PeerHint[] = []
): Uint8Array {
  return encode({ card: sealCard(identity, change), peers })
}

export function sealCard(identity: Identity, change: Partial<Card> = {}): Uint8Array {
  const now = Date.now()
  const body: Card = {
    ...{ v: 1, network: 'home', from: identity.id, issued: now, expires: now + 600_000, seq: now },
    ...{ name: 'mallory', version: '0.0.0', addresses: [], skills: [], isolation: 'os' },
    load: { running: 0, queued: 0, capacity: 4 },
    ...change
  }
  return seal('card', body, identity).bytes
}

/** An offer that takes and promises anything, unless told otherwise. */
export const offer = (name: string, output = '{}') => ({
  ...{ name, description: 'As promised.', input: '{}', output, tags: [], models: [] }
})

let ids = 0

/** A task as an honest requester would sign it, but for the changes. */
export function sealTask(
  by: Identity,
  to: string,
  change: Partial<Task> & { value?: unknown } = {}
): { task: Sealed<Task>; input: Uint8Array; id: Uint8Array } {
  const { value = { n: 0 }, ...rest } = change
  const input = Buffer.from(JSON.stringify(value))
  const now = Date.now()
  const id = new Uint8Array(16)
  new DataView(id.buffer).setUint32(0, ++ids)
  id.set(Buffer.from(by.id).subarray(-8), 8)
  const body: Task = {
    ...{ v: 1, network: 'home', from: by.id, to, issued: now, expires: now + 60_000 },
    ...{ id, nonce: new Uint8Array(16), skill: 'count' },
    input: { digest: digest(input), bytes: input.length },
    budget: { wallMs: 20_000, depth: 4 },
    trace: `00-${toHex(id)}-${'cd'.repeat(8)}-01`,
    ...rest
  }
  return { task: seal('task', body, by), input, id: body.id }
}

/** A result as an honest executor would sign it, but for the changes. */
export function sealResult(
  by: Identity,
  task: Sealed<Task>,
  output: Uint8Array,
  change: Partial<Result> = {}
): Uint8Array {
  const now = Date.now()
  const { network, from, id } = task.body
  const body: Result = {
    ...{ v: 1, network, from: by.id, to: from, issued: now, id, task: task.digest },
    status: 'completed',
    output: { digest: digest(output), bytes: output.length },
    chunks: { count: 0, bytes: 0, digest: digest(new Uint8Array()) },
    ...{ usage: NO_USAGE, engine: 'hand', isolation: 'os', started: now, finished: now },
    ...change
  }
  return seal('result', body, by).bytes
}
