/**
 * One end of the pipe between the agent and a runner: messages in, messages out.
 *
 * Layout: length of the rest (u32) | length of the header (u32) | header (JSON) | payload (bytes).
 * Both lengths are checked against caps before anything is allocated.
 */

import type { Socket } from 'node:net'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { FrameParser, LENGTH_BYTES } from '../protocol/frame.ts'
import { HEADER_BYTES_MAX, MESSAGE_BYTES_MAX } from './limits.ts'

export interface ChannelPort<In> {
  /** Header bytes to a message. Throws for bytes that are none. */
  readonly read: (header: Uint8Array) => In
  readonly onMessage: (message: In, payload: Uint8Array) => void
  /** Bytes that may wait for an end that does not read; none given, as many as there are. */
  readonly unreadBytesMax?: number
  /** The other end broke the rules. Called once; the channel neither reads nor writes any more. */
  readonly onBroken: (error: PeerworkError) => void
}

const EMPTY = new Uint8Array(0)

export class Channel<In, Out extends { readonly type: string }> {
  readonly #socket: Socket
  readonly #port: ChannelPort<In>
  readonly #parser = new FrameParser(MESSAGE_BYTES_MAX)
  #broken = false

  constructor(socket: Socket, port: ChannelPort<In>) {
    this.#socket = socket
    this.#port = port
    socket.on('data', (bytes: Uint8Array) => this.#take(bytes))
    // The process at the other end may die at any time; its exit tells, not the pipe.
    socket.on('error', () => socket.destroy())
  }

  send(message: Out, payload: Uint8Array = EMPTY): void {
    if (this.#socket.destroyed || this.#broken) return
    const unread = this.#socket.writableLength
    const { unreadBytesMax = Number.POSITIVE_INFINITY } = this.#port
    if (unread > unreadBytesMax) {
      return this.#break(new PeerworkError('TOO_LARGE', `${unread} bytes wait in its pipe, unread`))
    }
    const header = JSON.stringify(message)
    const length = Buffer.byteLength(header)
    const bytes = Buffer.allocUnsafe(2 * LENGTH_BYTES + length + payload.length)
    bytes.writeUInt32BE(bytes.length - LENGTH_BYTES, 0)
    bytes.writeUInt32BE(length, LENGTH_BYTES)
    bytes.write(header, 2 * LENGTH_BYTES)
    bytes.set(payload, 2 * LENGTH_BYTES + length)
    this.#socket.write(bytes)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(bytes: Uint8Array): void {
    if (this.#broken) return
    try {
      for (const frame of this.#parser.push(bytes)) {
        const [message, payload] = this.#split(frame)
        this.#port.onMessage(message, payload)
        if (this.#broken) return
      }
    } catch (error) {
      this.#break(toPeerworkError(error, 'MALFORMED'))
    }
  }

  #break(error: PeerworkError): void {
    this.#broken = true
    this.#port.onBroken(error)
  }

  #split(frame: Uint8Array): [In, Uint8Array] {
    if (frame.length < 4) throw new PeerworkError('MALFORMED', 'a message without a header')
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
    const length = view.getUint32(0)
    if (length > HEADER_BYTES_MAX || length > frame.length - 4) {
      throw new PeerworkError('MALFORMED', `a message header of ${length} bytes`)
    }
    const message = this.#port.read(frame.subarray(4, 4 + length))
    const payload = frame.subarray(4 + length)
    // A small view would keep the whole 64 KiB read buffer alive for as long as somebody holds it.
    const small = payload.length * 2 < payload.buffer.byteLength
    return [message, small ? payload.slice() : payload]
  }
}
