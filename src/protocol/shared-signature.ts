/**
 * One signature under several seals: over the root of the tree (`tree.ts`) of which each of them is
 * a leaf. Such a seal says behind its signature where it stands, and the path from there.
 *
 * What is signed is no body: it has a type of its own in DSSE's encoding, so it can pass as the
 * signature of nothing else, and nothing else as it.
 */

import { DIGEST_BYTES } from './canonical.ts'
import { TOGETHER_MAX } from './constants.ts'
import { PeerworkError } from './errors.ts'
import type { AgentId } from './identity.ts'
import { verifyBy } from './identity.ts'
import { pathBytes, rootOf } from './tree.ts'
import type { Place } from './tree.ts'

/** In the kind's byte: the signature is shared. */
export const TOGETHER = 0x80
export const TREE_TYPE = 'application/vnd.peerwork.tree.v1'
/** Two counts before the path, a byte each. */
const PLACE_BYTES = 2
/** What a place and the longest path take, bytes. */
export const PLACE_BYTES_MAX = PLACE_BYTES + Math.log2(TOGETHER_MAX) * DIGEST_BYTES
/** How many leaves (1 byte), and the root. */
const ROOT_BYTES = 1 + DIGEST_BYTES
const PREFIX = Buffer.from(`DSSEv1 ${TREE_TYPE.length} ${TREE_TYPE} ${ROOT_BYTES} `, 'latin1')
/**
 * Trees whose signature was found good, count: what a busy agent gets within a second, some 100 KB.
 * Only good ones: what is wrong costs whoever sends it a signature each time, as it did before.
 * Whoever drives out the trees of others with good ones of its own makes them be verified again.
 */
const KNOWN_MAX = 512

/** Where a seal stands in its tree, and its way to the root. */
export interface Standing extends Place {
  readonly path: Uint8Array
}

/** @throws PeerworkError `MALFORMED` for places that no leaf of several has */
export function readStanding(bytes: Uint8Array): Standing {
  const [size = 0, index = 0] = bytes
  if (size < 2 || size > TOGETHER_MAX || index >= size) {
    throw new PeerworkError('MALFORMED', `place ${index} of ${size} seals with one signature`)
  }
  const end = PLACE_BYTES + pathBytes({ index, size })
  if (bytes.length < end) {
    throw new PeerworkError('MALFORMED', `a path to the root that ends after ${bytes.length} bytes`)
  }
  return { index, size, path: bytes.subarray(PLACE_BYTES, end) }
}

export const standingBytes = ({ path }: Standing): number => PLACE_BYTES + path.length

export function writeStanding({ size, index, path }: Standing, to: Uint8Array, at: number): void {
  to[at] = size
  to[at + 1] = index
  to.set(path, at + PLACE_BYTES)
}

/** What is said of a tree: how many leaves it has, and its root. */
export function statementOf(size: number, root: Uint8Array): Uint8Array {
  const statement = new Uint8Array(ROOT_BYTES)
  statement[0] = size
  statement.set(root, 1)
  return statement
}

/** What the signature is over. */
export const signedOf = (statement: Uint8Array): Uint8Array => Buffer.concat([PREFIX, statement])

const known = new Set<string>()

/** Whether the agent signed the tree in which this leaf stands. A known tree costs no signature. */
export function sharesSignature(
  id: AgentId,
  leaf: Uint8Array,
  standing: Standing,
  signature: Uint8Array
): boolean {
  const root = rootOf(leaf, standing, standing.path)
  const statement = statementOf(standing.size, root)
  const name = `${id}${latin1(signature)}${latin1(statement)}`
  if (known.has(name)) return true
  if (!verifyBy(id, signedOf(statement), signature)) return false
  if (known.size >= KNOWN_MAX) known.delete(known.values().next().value ?? '')
  known.add(name)
  return true
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
