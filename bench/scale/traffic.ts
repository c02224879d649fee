/**
 * What the agents of this process do on the wire: streams and messages by protocol, and bytes.
 *
 * Counted from outside, in the classes that every stream of libp2p is made of, so that an agent
 * that is measured runs the same code as any other. Import before the first agent is made.
 */

import { Socket } from 'node:net'
import { AbstractStreamMuxer } from '@libp2p/utils'

export interface Traffic {
  /** Streams opened from here, by protocol, since the start. */
  readonly streams: Record<string, number>
  /** Messages sent on those streams, by protocol, since the start; answers are not among them. */
  readonly messages: Record<string, number>
  /** Bytes written to sockets since the start, encryption included. */
  readonly bytes: number
  /** Sockets open now. */
  readonly sockets: number
}

interface Named {
  protocol?: string
  send: Send
  addEventListener(type: 'close', listener: () => void): void
}
type Make = (this: unknown, ...args: never[]) => Promise<Named>
type Send = (this: Named, ...args: never[]) => unknown

const ended = new Map<string, number>()
const messages = new Map<string, number>()
const open = new Set<Named>()
const sockets = new Set<Socket>()
let bytes = 0

const add = (to: Map<string, number>, key: string): void => void to.set(key, (to.get(key) ?? 0) + 1)
const nameOf = ({ protocol }: Named): string => protocol ?? ''

const muxer = AbstractStreamMuxer.prototype as unknown as { createStream: Make }
const { createStream } = muxer
muxer.createStream = async function counted(...args) {
  const stream = await createStream.apply(this, args)
  open.add(stream)
  const { send } = stream
  stream.send = function heard(...parts) {
    add(messages, nameOf(this))
    return send.apply(this, parts)
  }
  stream.addEventListener('close', () => {
    open.delete(stream)
    add(ended, nameOf(stream))
  })
  return stream
}

const socket = Socket.prototype as unknown as { connect: Send; resume: Send }
for (const name of ['connect', 'resume'] as const) {
  const inner = socket[name]
  socket[name] = function seen(...args) {
    const one = this as unknown as Socket
    if (!sockets.has(one)) {
      sockets.add(one)
      one.once('close', () => {
        sockets.delete(one)
        bytes += one.bytesWritten
      })
    }
    return inner.apply(this, args)
  }
}

export function traffic(): Traffic {
  const streams = new Map(ended)
  for (const stream of open) add(streams, nameOf(stream))
  const tcp = [...sockets].filter(({ remotePort }) => remotePort !== undefined)
  const now = tcp.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
  return {
    streams: Object.fromEntries(streams),
    messages: Object.fromEntries(messages),
    bytes: bytes + now,
    sockets: tcp.length
  }
}
