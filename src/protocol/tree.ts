/**
 * A Merkle tree over a few leaves, so that one signature can stand for all of them.
 *
 * Source: RFC 9162 section 2.1. A leaf is hashed behind a 0 and a node behind a 1, so neither can
 * pass as the other. The last node of an odd level rises unhashed, so the length of a leaf's path
 * follows from its place, and no leaf counts twice.
 */

import { digest, DIGEST_BYTES } from './canonical.ts'

/** Before what a leaf says, in its hash. */
export const LEAF = 0x00
const NODE = 0x01

/** Where a leaf stands: `index` of `size`, both counts. */
export interface Place {
  readonly index: number
  readonly size: number
}

/** Hashed and done with, time and again. */
const pair = new Uint8Array(1 + 2 * DIGEST_BYTES)
pair[0] = NODE

/** The root, and the path of each leaf to it: what it is hashed with, from below, in one piece. */
export interface Tree {
  readonly root: Uint8Array
  readonly paths: readonly Uint8Array[]
}

/** @param leaves hashes, at least one */
export function treeOf(leaves: readonly Uint8Array[]): Tree {
  const size = leaves.length
  const paths = leaves.map((_, index) => new Uint8Array(pathBytes({ index, size })))
  const filled = new Uint8Array(size)
  let level = leaves
  for (let height = 0; level.length > 1; height++) {
    for (let index = 0; index < size; index++) {
      const beside = level[(index >> height) ^ 1]
      if (beside === undefined) continue
      paths[index]?.set(beside, (filled[index] ?? 0) * DIGEST_BYTES)
      filled[index] = (filled[index] ?? 0) + 1
    }
    level = above(level)
  }
  return { root: level[0] ?? new Uint8Array(DIGEST_BYTES), paths }
}

function above(level: readonly Uint8Array[]): Uint8Array[] {
  const next: Uint8Array[] = []
  for (let at = 0; at < level.length; at += 2) {
    const left = level[at] ?? pair
    const right = level[at + 1]
    next.push(right === undefined ? left : nodeOf(left, right))
  }
  return next
}

/** How long the path of the leaf at this place is, bytes. */
export function pathBytes({ index, size }: Place): number {
  let bytes = 0
  for (let at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) {
    if (at % 2 === 1 || at < last) bytes += DIGEST_BYTES
  }
  return bytes
}

/** The root that a leaf and its path, of `pathBytes`, lead to (RFC 9162 section 2.1.3.2). */
export function rootOf(leaf: Uint8Array, { index, size }: Place, path: Uint8Array): Uint8Array {
  let hash = leaf
  let used = 0
  for (let at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) {
    const right = at % 2 === 1
    if (!right && at === last) continue
    const beside = path.subarray(used, used + DIGEST_BYTES)
    used += DIGEST_BYTES
    hash = right ? nodeOf(beside, hash) : nodeOf(hash, beside)
  }
  return hash
}

function nodeOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1)
  pair.set(right, 1 + DIGEST_BYTES)
  return digest(pair)
}
