import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pathBytes, rootOf, treeOf } from '../../src/protocol/tree.ts'

const sha = (...parts: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()
const leavesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, at) => sha(Buffer.of(0, at)))

/** RFC 9162 section 2.1.1, word for word. */
function root(leaves: readonly Uint8Array[]): Uint8Array {
  const [first = Buffer.alloc(0)] = leaves
  if (leaves.length === 1) return first
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return sha(Buffer.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)))
}

/** RFC 9162 section 2.1.3.1. */
function path(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return []
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return index < k ? [...path(index, left), root(right)] : [...path(index - k, right), root(left)]
}

const sizes = Array.from({ length: 64 }, (_, at) => at + 1)

test('root and paths are those of RFC 9162, for every size', () => {
  for (const size of sizes) {
    const leaves = leavesOf(size)
    const tree = treeOf(leaves)
    expect(Buffer.from(tree.root)).toEqual(Buffer.from(root(leaves)))
    for (const [index, one] of tree.paths.entries()) {
      expect(Buffer.from(one)).toEqual(Buffer.concat(path(index, leaves)))
    }
  }
})

test('every leaf leads to the root, on a path as long as its place says', () => {
  for (const size of sizes) {
    const leaves = leavesOf(size)
    const tree = treeOf(leaves)
    for (const [index, leaf] of leaves.entries()) {
      const way = tree.paths[index] ?? new Uint8Array(0)
      expect(way).toHaveLength(pathBytes({ index, size }))
      expect(rootOf(leaf, { index, size }, way)).toEqual(tree.root)
    }
  }
})

const place = fc
  .integer({ min: 2, max: 64 })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })))

test('another leaf, or one bit of the path, leads elsewhere', () => {
  fc.assert(
    fc.property(place, fc.nat(), ([size, index], flip) => {
      const leaves = leavesOf(size)
      const tree = treeOf(leaves)
      const way = Uint8Array.from(tree.paths[index] ?? [])
      const at = flip % (way.length * 8)
      way[at >> 3] = (way[at >> 3] ?? 0) ^ (1 << (at & 7))
      expect(rootOf(leaves[index] ?? way, { index, size }, way)).not.toEqual(tree.root)
      const right = tree.paths[index] ?? way
      expect(rootOf(sha(Buffer.of(0, 99)), { index, size }, right)).not.toEqual(tree.root)
    })
  )
})

test('a node is no leaf, though their hashes are of one kind', () => {
  const [one = sha(), two = sha(), ...others] = leavesOf(4)
  const tree = treeOf([one, two, ...others])
  const node = sha(Buffer.of(1), one, two)
  const short = (tree.paths[0] ?? one).subarray(32)
  // It does lead there as a hash; so what is hashed as a leaf must never begin as a node does.
  expect(rootOf(node, { index: 0, size: 2 }, short)).toEqual(tree.root)
  expect(sha(Buffer.of(0), one, two)).not.toEqual(node)
})
