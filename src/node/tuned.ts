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
import { Uint8ArrayList } from 'uint8arraylist'
import { direct } from './direct.ts'
import { packetCipher } from './packet-cipher.ts'
import type { PacketCipher } from './packet-cipher.ts'

/** Up to this many bytes are joined into one buffer; more is gathered by the kernel instead. */
const JOIN_BYTES_MAX = 16 * 1024
/** `StreamState.Established` of yamux. */
const ESTABLISHED = 3
/** Before each packet of noise, bytes, and behind it. */
const LENGTH_BYTES = 2
const TAG_BYTES = 16

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

interface Noise {
  crypto?: Partial<PacketCipher>
}

interface NoiseConnection {
  handshake?: { decrypt?: (packet: Uint8Array) => Uint8Array | Uint8ArrayList }
  decoder?: { decode?: Decode; buffer?: Uint8ArrayList }
  decrypt?: (packet: Uint8Array | Uint8ArrayList) => Uint8Array | Uint8ArrayList
  metrics?: unknown
}

type Decode = (data: Uint8Array | Uint8ArrayList) => Iterable<Uint8Array | Uint8ArrayList>

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
  return direct(Object.assign(connection, { sendData: send }))
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
  if (update === undefined || typeof inner.recvWindow !== 'number') return direct(stream)
  inner.sendWindowUpdate = () => {
    const { state, recvWindow = 0, recvWindowCapacity = 0 } = inner
    if (state === ESTABLISHED && recvWindow - recvWindowCapacity < recvWindow / 2) return
    try {
      update()
    } catch (error) {
      // The muxer opens a stream a turn later, and the connection may be gone by then: nobody would
      // catch that, and the process would end.
      stream.abort(error as Error)
    }
  }
  return direct(stream)
}

/** Packets are cut, opened and sealed without exceptions, lists and copies on the way. */
export function quickPackets<C>(
  make: (components: C) => ConnectionEncrypter
): (components: C) => ConnectionEncrypter {
  return (components) => {
    const encrypter = make(components)
    const { crypto } = encrypter as unknown as Noise
    if (typeof crypto?.encrypt === 'function' && typeof crypto.decrypt === 'function') {
      Object.assign(crypto, packetCipher({ encrypt: crypto.encrypt, decrypt: crypto.decrypt }))
    }
    const inbound = encrypter.secureInbound.bind(encrypter)
    const outbound = encrypter.secureOutbound.bind(encrypter)
    encrypter.secureInbound = (connection, options) => inbound(connection, options).then(quicken)
    encrypter.secureOutbound = (connection, options) => outbound(connection, options).then(quicken)
    return encrypter
  }
}

function quicken<S extends { readonly connection: object }>(secured: S): S {
  const inner = secured.connection as NoiseConnection
  const { decoder, handshake, metrics } = inner
  const open = handshake?.decrypt
  if (typeof decoder?.decode === 'function' && decoder.buffer instanceof Uint8ArrayList) {
    decoder.decode = cutter(decoder.buffer)
  }
  const stock = inner.decrypt?.bind(inner)
  if (stock !== undefined && typeof open === 'function' && metrics === undefined) {
    inner.decrypt = (packet) => {
      const whole = packet instanceof Uint8Array && packet.length >= TAG_BYTES
      return whole ? open(packet) : stock(packet)
    }
  }
  direct(secured.connection)
  return secured
}

/**
 * Packets that came whole are cut off the chunk; what began and did not end waits in `waiting`.
 * The stock decoder takes everything through that list, and throws, stack trace and all, whenever
 * a length is not there yet.
 */
function cutter(waiting: Uint8ArrayList): Decode {
  return (data) => {
    const packets: (Uint8Array | Uint8ArrayList)[] = []
    if (waiting.byteLength > 0 || !(data instanceof Uint8Array)) {
      waiting.append(data)
      while (waiting.byteLength >= LENGTH_BYTES) {
        const end = LENGTH_BYTES + ((waiting.get(0) << 8) | waiting.get(1))
        if (end > waiting.byteLength) break
        packets.push(waiting.sublist(LENGTH_BYTES, end))
        waiting.consume(end)
      }
    } else {
      let at = 0
      while (data.length - at >= LENGTH_BYTES) {
        const end = at + LENGTH_BYTES + (((data[at] ?? 0) << 8) | (data[at + 1] ?? 0))
        if (end > data.length) break
        packets.push(data.subarray(at + LENGTH_BYTES, end))
        at = end
      }
      if (at < data.length) waiting.append(data.subarray(at))
    }
    return packets.filter(({ byteLength }) => byteLength > 0)
  }
}
