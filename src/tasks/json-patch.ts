/** RFC 6902 JSON Patch over RFC 6901 pointers, on values that may come from strangers. */

import { isDeepStrictEqual } from 'node:util'
import { PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { PATCH_BYTES_MAX, PATCH_OPERATIONS_MAX } from './limits.ts'
import type { PatchOperation } from './skill.ts'

type Mutable = { [key: string]: Mutable } | Mutable[] | string | number | boolean | null
type Container = { [key: string]: Mutable } | Mutable[]

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const INDEX = /^(?:0|[1-9][0-9]{0,9})$/

/**
 * Apply operations to a copy; the document is left alone. All or nothing.
 *
 * @throws PeerworkError `SKILL_FAILED` naming the operation that does not fit
 */
export function applyPatch(
  document: JsonObject,
  operations: readonly PatchOperation[]
): JsonObject {
  const root: { root: Mutable } = { root: structuredClone(document) as Mutable }
  operations.forEach((operation, index) => {
    try {
      apply(root, operation)
    } catch (error) {
      const { op, path } = operation
      const why = (error as Error).message
      throw new PeerworkError('SKILL_FAILED', `state patch ${index} (${op} ${path}): ${why}`)
    }
  })
  if (!isObject(root.root)) throw new PeerworkError('SKILL_FAILED', 'the state must be an object')
  return root.root
}

/**
 * Check operations that came out of a sandbox, without applying them.
 *
 * @throws PeerworkError `OUTPUT_INVALID` for wrong shapes, `OUTPUT_TOO_LARGE` over the bounds
 */
export function checkPatch(operations: readonly unknown[]): readonly PatchOperation[] {
  if (operations.length > PATCH_OPERATIONS_MAX) {
    const text = `${operations.length} state operations, at most ${PATCH_OPERATIONS_MAX}`
    throw new PeerworkError('OUTPUT_TOO_LARGE', text)
  }
  const bytes = Buffer.byteLength(JSON.stringify(operations))
  if (bytes > PATCH_BYTES_MAX) {
    const text = `state patch of ${bytes} bytes, at most ${PATCH_BYTES_MAX}`
    throw new PeerworkError('OUTPUT_TOO_LARGE', text)
  }
  operations.forEach((operation, index) => {
    if (!isOperation(operation)) {
      throw new PeerworkError('OUTPUT_INVALID', `state patch ${index} is not an RFC 6902 operation`)
    }
  })
  return operations as readonly PatchOperation[]
}

function isOperation(value: unknown): value is PatchOperation {
  if (!isObject(value) || !isPointer(value['path'])) return false
  const { op } = value
  if (op === 'add' || op === 'replace' || op === 'test') return Object.hasOwn(value, 'value')
  if (op === 'move' || op === 'copy') return isPointer(value['from'])
  return op === 'remove'
}

function isPointer(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    segmentsOf(value)
    return true
  } catch {
    return false
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function segmentsOf(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new TypeError('a path begins with /')
  const segments = pointer.slice(1).split('/')
  return segments.map((segment) => {
    if (/~(?![01])/.test(segment)) throw new TypeError('~ must be written ~0')
    const plain = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (FORBIDDEN.has(plain)) throw new TypeError(`${plain} is not allowed in a path`)
    return plain
  })
}

function apply(root: { root: Mutable }, operation: PatchOperation): void {
  const { op, path } = operation
  if (op === 'add') return add(root, path, copyOf(operation.value))
  if (op === 'remove') return void remove(root, path)
  if (op === 'replace') {
    get(root, path)
    return set(root, path, copyOf(operation.value))
  }
  if (op === 'test') {
    if (!isDeepStrictEqual(get(root, path), operation.value)) throw new TypeError('differs')
    return
  }
  if (op === 'copy') return add(root, path, structuredClone(get(root, operation.from)))
  if (op !== 'move') throw new TypeError('unknown operation')
  if (path.startsWith(`${operation.from}/`)) throw new TypeError('cannot move into itself')
  add(root, path, remove(root, operation.from))
}

/** Through JSON, so that what is applied here is what the requester will apply. */
function copyOf(value: JsonValue): Mutable {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError('the value is not JSON')
  return JSON.parse(text) as Mutable
}

/** The container that a pointer ends in, and its last segment; the root lies under `root`. */
function place(root: { root: Mutable }, pointer: string): [Container, string] {
  const segments = ['root', ...segmentsOf(pointer)]
  const last = segments.pop() ?? 'root'
  let at: Mutable = root
  for (const segment of segments) at = child(at, segment)
  if (typeof at !== 'object' || at === null) throw new TypeError('nothing lies there')
  return [at, last]
}

function child(container: Mutable, segment: string): Mutable {
  if (Array.isArray(container)) {
    const found = INDEX.test(segment) ? container[Number(segment)] : undefined
    if (found === undefined) throw new TypeError(`no element ${segment}`)
    return found
  }
  if (isObject(container) && Object.hasOwn(container, segment)) return container[segment] as Mutable
  throw new TypeError(`no member ${segment}`)
}

function get(root: { root: Mutable }, pointer: string): Mutable {
  return child(...place(root, pointer))
}

function set(root: { root: Mutable }, pointer: string, value: Mutable): void {
  const [container, last] = place(root, pointer)
  if (Array.isArray(container)) container[Number(last)] = value
  else container[last] = value
}

function add(root: { root: Mutable }, pointer: string, value: Mutable): void {
  const [container, last] = place(root, pointer)
  if (!Array.isArray(container)) {
    container[last] = value
    return
  }
  const index = last === '-' ? container.length : Number(last)
  if (last !== '-' && (!INDEX.test(last) || index > container.length)) {
    throw new TypeError(`no place ${last} in a list of ${container.length}`)
  }
  container.splice(index, 0, value)
}

function remove(root: { root: Mutable }, pointer: string): Mutable {
  if (pointer === '') throw new TypeError('the whole state cannot be removed')
  const [container, last] = place(root, pointer)
  const gone = child(container, last)
  if (Array.isArray(container)) container.splice(Number(last), 1)
  else delete container[last]
  return gone
}
