/**
 * Payloads beside a seal: inside the frame when small, on a bulk stream of their own when not.
 *
 * A seal names each payload by digest and size, so it does not matter how the bytes came.
 */

import type { Connection } from '@libp2p/interface'
import { digest, sameBytes, toHex } from '../protocol/canonical.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { BulkPart } from '../protocol/message/session.ts'
import type { Payload } from '../protocol/message/task.ts'
import { BulkWriter, readWhole } from './bulk.ts'
import type { BulkDesk } from './bulk-desk.ts'
import { bytesLeft } from './reach/limits.ts'

/** A payload that was announced must begin to arrive within, ms. */
const ARRIVAL_MS_MAX = 10_000

export interface Arrival {
  readonly desk: BulkDesk
  readonly peer: string
  readonly id: Uint8Array
  readonly part: Exclude<BulkPart, 'chunks'>
  readonly bytesMax: number
  /** Aborts when nobody wants the bytes any more. */
  readonly signal?: AbortSignal
}

/**
 * The bytes a seal announced, at once when they came in the frame.
 *
 * @throws PeerworkError `TOO_LARGE`, `DEADLINE_EXCEEDED`, `PEER_LOST`, or `MALFORMED` when they are
 *   not the signed ones; of what came in the frame at once, of the rest through the promise
 */
export function takePayload(
  announced: Payload,
  inline: Uint8Array | undefined,
  arrival: Arrival
): Uint8Array | Promise<Uint8Array> {
  const { part, bytesMax } = arrival
  if (announced.bytes > bytesMax) {
    const facts = { bytes: announced.bytes, bytesMax }
    throw new PeerworkError('TOO_LARGE', `${part} of ${announced.bytes} bytes`, facts)
  }
  if (inline !== undefined) return checked(announced, inline, part)
  return arrive(announced.bytes, arrival).then((bytes) => checked(announced, bytes, part))
}

/** The same, but all of it through the promise. */
export async function receivePayload(
  announced: Payload,
  inline: Uint8Array | undefined,
  arrival: Arrival
): Promise<Uint8Array> {
  return takePayload(announced, inline, arrival)
}

function checked(announced: Payload, bytes: Uint8Array, part: BulkPart): Uint8Array {
  if (bytes.length === announced.bytes && sameBytes(digest(bytes), announced.digest)) return bytes
  throw new PeerworkError('MALFORMED', `the ${part} is not the signed one`)
}

async function arrive(size: number, arrival: Arrival): Promise<Uint8Array> {
  const { desk, peer, id, part, signal } = arrival
  const task = toHex(id)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const message = `the ${part} did not arrive within ${ARRIVAL_MS_MAX} ms`
    late.reject(new PeerworkError('DEADLINE_EXCEEDED', message))
  }, ARRIVAL_MS_MAX)
  try {
    const reader = await Promise.race([desk.expect(peer, task, part), late.promise])
    clearTimeout(timer)
    signal?.addEventListener('abort', () => reader.abort(new Error('the task is over')))
    return await readWhole(reader, size)
  } finally {
    clearTimeout(timer)
    desk.forget(peer, task, part)
  }
}

/**
 * Whether payloads of so many bytes can be sent over this link; a relay passes on only so much.
 *
 * @throws PeerworkError `RELAY_LIMIT`
 */
export function mustPass({ limits }: Pick<Connection, 'limits'>, bytes: number): void {
  const bytesMax = bytesLeft(limits)
  if (bytes <= bytesMax) return
  const message = `${bytes} bytes through a relay that passes on ${bytesMax} more over this link`
  throw new PeerworkError('RELAY_LIMIT', message, { bytes, bytesMax })
}

/** Send a payload that did not fit its frame. @throws PeerworkError `PEER_LOST` */
export async function sendPayload(
  connection: Connection,
  header: { readonly id: Uint8Array; readonly part: BulkPart },
  bytes: Uint8Array,
  signal: AbortSignal
): Promise<void> {
  const bulk = await BulkWriter.open(connection, header, signal)
  await bulk.writeAll(bytes, signal)
}
