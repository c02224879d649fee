/**
 * Three costs of the stock transport, taken out from the outside.
 *
 * Measured on the warm path of a small request: a system call for every part of a packet (8 writes
 * a request), a window update for every data frame, and an exception with its stack trace for every
 * TCP chunk. Each wrapper changes what one instance does, not what it sends: both ends stay
 * compatible with any libp2p. They touch fields that are private in the types, so each checks that
 * it finds what it expects and otherwise leaves the instance as it is.
 */

import type { MultiaddrConnection, Stream, StreamMuxerFactory } from '@libp2p/interface'
import type { Connection, ConnectionEncrypter, Listener, Transport } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Up to this many bytes are joined into one buffer; more is gathered by the kernel instead. */
const JOIN_BYTES_MAX = 16 * 1024
/** `StreamState.Established` of yamux. */
const ESTABLISHED = 3

interface SocketLike {
  write(bytes: Uint8Array): boolean
  cork(): void
  uncork(): void
}

interface TcpConnection {
  socket?: SocketLike
  sendData?: (data: Uint8ArrayList) => { sentBytes: number; canSendMore: boolean }
}

interface YamuxStream {
  state?: number
  recvWindow?: number
  recvWindowCapacity?: number
  sendWindowUpdate?: () => void
}

interface NoiseConnection {
  decoder?: { lengthDecoder?: (data: Uint8ArrayList) => number }
}

type Upgrading = { upgrader: Upgrader }
interface Upgrader {
  upgradeInbound: (connection: MultiaddrConnection, options: never) => Promise<unknown>
  upgradeOutbound: (connection: MultiaddrConnection, options: never) => Promise<unknown>
}

/** A packet leaves in one write, however many parts it has. */
export function oneWrite<C>(make: (components: C) => Transport): (components: C) => Transport {
  return (components) => {
    const transport = make(components)
    const dial = transport.dial.bind(transport)
    const createListener = transport.createListener.bind(transport)
    transport.dial = (address, options): Promise<Connection> => {
      return dial(address, joined(options as unknown as Upgrading) as unknown as typeof options)
    }
    transport.createListener = (options): Listener => {
      return createListener(joined(options as unknown as Upgrading) as unknown as typeof options)
    }
    return transport
  }
}

function joined<O extends Upgrading>(options: O): O {
  const { upgrader } = options
  return {
    ...options,
    upgrader: {
      upgradeInbound: (connection: MultiaddrConnection, more: never) => {
        return upgrader.upgradeInbound(joinWrites(connection), more)
      },
      upgradeOutbound: (connection: MultiaddrConnection, more: never) => {
        return upgrader.upgradeOutbound(joinWrites(connection), more)
      }
    }
  }
}

function joinWrites(connection: MultiaddrConnection): MultiaddrConnection {
  const { socket, sendData } = connection as unknown as TcpConnection
  if (typeof sendData !== 'function' || typeof socket?.cork !== 'function') return connection
  const send = (data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean } => {
    const sentBytes = data.byteLength
    if (sentBytes <= JOIN_BYTES_MAX)
      return { sentBytes, canSendMore: socket.write(data.subarray()) }
    let canSendMore = true
    socket.cork()
    for (const part of data) canSendMore = socket.write(part)
    socket.uncork()
    return { sentBytes, canSendMore }
  }
  return Object.assign(connection, { sendData: send })
}

/** The window is renewed when half of it is used, instead of after every frame. */
export function halfWindow<C>(
  make: (components: C) => StreamMuxerFactory
): (components: C) => StreamMuxerFactory {
  return (components) => {
    const factory = make(components)
    const create = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const muxer = create(connection)
      const inner = muxer as unknown as { _newStream?: (...parts: unknown[]) => Stream }
      const newStream = inner._newStream?.bind(muxer)
      if (newStream !== undefined) {
        inner._newStream = (...parts) => renewLate(newStream(...parts))
      }
      return muxer
    }
    return factory
  }
}

function renewLate(stream: Stream): Stream {
  const inner = stream as unknown as YamuxStream
  const update = inner.sendWindowUpdate?.bind(stream)
  if (update === undefined || typeof inner.recvWindow !== 'number') return stream
  inner.sendWindowUpdate = () => {
    const { state, recvWindow = 0, recvWindowCapacity = 0 } = inner
    if (state === ESTABLISHED && recvWindow - recvWindowCapacity < recvWindow / 2) return
    update()
  }
  return stream
}

/** Made once: what costs is the stack trace, not the throw. */
const TOO_SHORT = new RangeError('the length is not here yet')

/** The end of a TCP chunk is no exception worth a stack trace. */
export function cheapLengths<C>(
  make: (components: C) => ConnectionEncrypter
): (components: C) => ConnectionEncrypter {
  return (components) => {
    const encrypter = make(components)
    const inbound = encrypter.secureInbound.bind(encrypter)
    const outbound = encrypter.secureOutbound.bind(encrypter)
    encrypter.secureInbound = (connection, options) => inbound(connection, options).then(cheapen)
    encrypter.secureOutbound = (connection, options) => outbound(connection, options).then(cheapen)
    return encrypter
  }
}

function cheapen<S extends { readonly connection: unknown }>(secured: S): S {
  const { decoder } = secured.connection as NoiseConnection
  if (typeof decoder?.lengthDecoder === 'function') {
    decoder.lengthDecoder = (data) => {
      if (data.byteLength < 2) throw TOO_SHORT
      return (data.get(0) << 8) | data.get(1)
    }
  }
  return secured
}
