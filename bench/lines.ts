/**
 * Requests and answers over a byte stream: frames tagged with a number, written in bounded groups.
 */

import { encodeFrame, FrameParser } from '../src/protocol/frame.ts'
import type { Handle } from './candidates/candidate.ts'

/** Tag before the payload, bytes. */
const TAG_BYTES = 4
/** One frame, bytes: far over the largest payload measured. */
const FRAME_BYTES_MAX = 1 << 20
/**
 * Frames and bytes gathered in one write: more makes both ends work in turns instead of at once.
 */
const GROUP_FRAMES_MAX = 8
const GROUP_BYTES_MAX = 16 * 1024

/** The part of a socket that is used here. */
export interface ByteStream {
  write(bytes: Uint8Array): unknown
  on(event: 'data', listener: (bytes: Buffer) => void): unknown
}

/** Answers every frame that comes in. A handler that fails is an error of the whole run. */
export function answer(stream: ByteStream, handle: Handle): void {
  const write = gathered((bytes) => stream.write(bytes))
  const onFrame = async (frame: Uint8Array): Promise<void> => {
    const tag = frame.subarray(0, TAG_BYTES)
    write(encodeFrame(tag, await handle(frame.subarray(TAG_BYTES))))
  }
  onFrames(stream, (frame) => void onFrame(frame))
}

/** The asking end. */
export function asker(stream: ByteStream): Handle {
  const waiting = new Map<number, (answer: Uint8Array) => void>()
  const write = gathered((bytes) => stream.write(bytes))
  let last = 0
  onFrames(stream, (frame) => {
    const tag = Buffer.from(frame.buffer, frame.byteOffset, TAG_BYTES).readUInt32BE()
    const settle = waiting.get(tag)
    if (settle === undefined) throw new Error(`answer ${tag} was not asked for`)
    waiting.delete(tag)
    settle(frame.subarray(TAG_BYTES))
  })
  return (request) =>
    new Promise((resolve) => {
      last = (last + 1) >>> 0
      waiting.set(last, resolve)
      const tag = Buffer.allocUnsafe(TAG_BYTES)
      tag.writeUInt32BE(last)
      write(encodeFrame(tag, request))
    })
}

function onFrames(stream: ByteStream, onFrame: (frame: Uint8Array) => void): void {
  const parser = new FrameParser(FRAME_BYTES_MAX)
  stream.on('data', (bytes) => {
    for (const frame of parser.push(bytes)) onFrame(frame)
  })
}

/** The first frame of a turn goes out with the turn's microtasks, the others in bounded groups. */
function gathered(write: (bytes: Uint8Array) => void): (frame: Uint8Array) => void {
  let group: Uint8Array[] = []
  let bytes = 0
  let due = false
  const flush = (): void => {
    const [first] = group
    if (first === undefined) return
    write(group.length === 1 ? first : Buffer.concat(group))
    group = []
    bytes = 0
  }
  const endTurn = (): void => {
    due = false
    flush()
  }
  return (frame) => {
    group.push(frame)
    bytes += frame.length
    if (group.length >= GROUP_FRAMES_MAX || bytes >= GROUP_BYTES_MAX) flush()
    if (due) return
    due = true
    queueMicrotask(flush)
    setImmediate(endTurn)
  }
}
