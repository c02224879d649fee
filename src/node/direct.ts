/**
 * Shortcuts through libp2p's message streams, for the usual case that nothing waits.
 *
 * A stream puts whatever it is given into a buffer and takes it out again, and tells everybody by
 * events, also when there is nobody to be told. A packet passes three of them, socket, encryption
 * and multiplexer, on each side. Here the bytes go straight on while the buffers are empty; all
 * else, waiting, pausing, closing and breaking, stays the stream's own.
 */

import { Uint8ArrayList } from 'uint8arraylist'

type Bytes = Uint8Array | Uint8ArrayList
type Listener = (event: { readonly data: Bytes }) => void

/** What is private in the types of a message stream, and used here. */
interface MessageStream {
  readBuffer: Uint8ArrayList
  writeBuffer: Uint8ArrayList
  readStatus: string
  writeStatus: string
  remoteWriteStatus: string
  sendingData: boolean
  writableNeedsDrain: boolean
  maxMessageSize?: number
  send(data: Bytes): boolean
  sendData(data: Uint8ArrayList): { readonly sentBytes: number; readonly canSendMore: boolean }
  onData(data: Bytes): void
  processSendQueue(): boolean
  checkWriteBufferLength(): void
  dispatchReadBuffer(): void
  abort(error: Error): void
  listenerCount(type: string): number
  safeDispatchEvent(type: string, detail?: object): boolean
  addEventListener(type: string, listener: unknown, options?: unknown): void
  removeEventListener(type: string, listener: unknown, options?: unknown): void
}

const METHODS = [
  ...['send', 'sendData', 'onData', 'processSendQueue', 'checkWriteBufferLength'],
  ...['dispatchReadBuffer', 'abort', 'listenerCount', 'safeDispatchEvent'],
  ...['addEventListener', 'removeEventListener']
] as const

/** Let one stream take the shortcuts; one that does not look as expected stays as it is. */
export function direct<S extends object>(stream: S): S {
  const inner = stream as unknown as MessageStream
  const known =
    METHODS.every(
      (name) => typeof (inner as unknown as Record<string, unknown>)[name] === 'function'
    ) &&
    inner.readBuffer instanceof Uint8ArrayList &&
    inner.writeBuffer instanceof Uint8ArrayList
  if (!known) return stream
  tellSomebody(inner)
  sendDirectly(inner)
  receiveDirectly(inner)
  return stream
}

/** An event that nobody listens to is not even made. */
function tellSomebody(stream: MessageStream): void {
  const dispatch = stream.safeDispatchEvent.bind(stream)
  stream.safeDispatchEvent = (type, detail) =>
    stream.listenerCount(type) === 0 || dispatch(type, detail)
}

function sendDirectly(stream: MessageStream): void {
  const queue = stream.send.bind(stream)
  const free = ({ byteLength }: Bytes): boolean =>
    stream.writeBuffer.byteLength === 0 &&
    !stream.sendingData &&
    !stream.writableNeedsDrain &&
    stream.writeStatus === 'writable' &&
    byteLength > 0 &&
    byteLength <= (stream.maxMessageSize ?? Infinity)
  stream.send = (data) => {
    if (!free(data)) return queue(data)
    let result: ReturnType<MessageStream['sendData']>
    stream.sendingData = true
    try {
      // A list of its own: some streams take from it what they have sent.
      result = stream.sendData(new Uint8ArrayList(data))
    } catch (error) {
      stream.sendingData = false
      stream.writeBuffer.prepend(data)
      stream.abort(error as Error)
      throw error
    }
    stream.sendingData = false
    return afterwards(stream, data, result)
  }
}

/** What could not be sent waits, as does what was sent meanwhile; whoever waits for it is told. */
function afterwards(
  stream: MessageStream,
  data: Bytes,
  { sentBytes, canSendMore }: ReturnType<MessageStream['sendData']>
): boolean {
  if (sentBytes < data.byteLength) {
    const rest = new Uint8ArrayList(data)
    rest.consume(sentBytes)
    stream.writeBuffer.prepend(rest)
  }
  if (!canSendMore) {
    stream.writableNeedsDrain = true
    stream.checkWriteBufferLength()
  } else if (stream.writeBuffer.byteLength > 0) return stream.processSendQueue()
  if (stream.writeBuffer.byteLength === 0) stream.safeDispatchEvent('idle')
  return canSendMore
}

function receiveDirectly(stream: MessageStream): void {
  const listeners = trackListeners(stream)
  const buffer = stream.onData.bind(stream)
  stream.onData = (data) => {
    const [listener] = listeners
    const free =
      listener !== undefined &&
      stream.listenerCount('message') === 1 &&
      stream.readStatus === 'readable' &&
      stream.readBuffer.byteLength === 0 &&
      data.byteLength > 0
    if (!free) {
      buffer(data)
      return
    }
    listener({ data })
    // Nothing waits; but it may have been the last, and then the stream has to say so.
    if (stream.remoteWriteStatus === 'closed') stream.dispatchReadBuffer()
  }
}

/** The functions that listen for messages for as long as they like. */
function trackListeners(stream: MessageStream): readonly Listener[] {
  const listeners: Listener[] = []
  const add = stream.addEventListener.bind(stream)
  const remove = stream.removeEventListener.bind(stream)
  stream.addEventListener = (type, listener, options) => {
    add(type, listener, options)
    const plain = typeof listener === 'function' && options === undefined
    if (type === 'message' && plain && !listeners.includes(listener as Listener)) {
      listeners.push(listener as Listener)
    }
  }
  stream.removeEventListener = (type, listener, options) => {
    remove(type, listener, options)
    const at = type === 'message' ? listeners.indexOf(listener as Listener) : -1
    if (at >= 0) listeners.splice(at, 1)
  }
  return listeners
}
