/**
 * RFC 6902 JSON Patch over RFC 6901 pointers, on values that may come from strangers.
 *
 * A `copy` of the root into itself doubles the state, so a patch of 2 KB could ask for a terabyte.
 * The size is therefore carried along and checked before each operation takes effect, and so is the
 * work, which `copy` and `remove` in turns would otherwise multiply without growing anything.
 */

import { isDeepStrictEqual } from 'node:util'
import { DEPTH_MAX, STATE_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { PATCH_BYTES_MAX, PATCH_OPERATIONS_MAX, PATCH_WORK_BYTES_MAX } from './limits.ts'
import type { PatchOperation } from './skill.ts'

type Mutable = { [key: string]: Mutable } | Mutable[] | string | number | boolean | null
type Container = { [key: string]: Mutable } | Mutable[]

/** What may still be spent on patches of one state. */
export interface PatchWork {
  /** Bytes of JSON that operations may yet read, copy or write. */
  left: number
}

export const patchWork = (): PatchWork => ({ left: PATCH_WORK_BYTES_MAX })

/** A state while it is patched; the value lies under `root`, so that it can be replaced too. */
interface Draft {
  root: Mutable
  /** Size as JSON, right to one comma for each operation. */
  bytes: number
  readonly work: PatchWork
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const INDEX = /^(?:0|[1-9][0-9]{0,9})$/

/**
 * Apply operations to a copy; the document is left alone. All or nothing.
 *
 * @param work shared by all patches of one task, which its requester will apply as one
 * @throws PeerworkError `SKILL_FAILED` naming the operation that does not fit, also when the state
 *   grows over `STATE_BYTES_MAX`, nests over `DEPTH_MAX`, or the work exceeds its bound
 */
export function applyPatch(
  document: JsonObject,
  operations: readonly PatchOperation[],
  work = patchWork()
): JsonObject {
  const text = JSON.stringify(document)
  const draft = { root: JSON.parse(text) as Mutable, bytes: Buffer.byteLength(text), work }
  operations.forEach((operation, index) => {
    try {
      apply(draft, operation)
    } catch (error) {
      const { op, path } = operation
      const why = (error as Error).message
      throw new PeerworkError('SKILL_FAILED', `state patch ${index} (${op} ${path}): ${why}`)
    }
  })
  if (!isObject(draft.root)) throw new PeerworkError('SKILL_FAILED', 'the state must be an object')
  return draft.root
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

function apply(draft: Draft, operation: PatchOperation): void {
  const { op, path } = operation
  if (op === 'add') return add(draft, path, textOf(operation.value))
  if (op === 'remove') return remove(draft, path)
  if (op === 'replace') return replace(draft, path, textOf(operation.value))
  if (op === 'test') {
    const found = get(draft, path)
    spend(draft, textOf(found))
    if (!isDeepStrictEqual(found, operation.value)) throw new TypeError('differs')
    return
  }
  if (op === 'copy') return add(draft, path, textOf(get(draft, operation.from)))
  if (op !== 'move') throw new TypeError('unknown operation')
  if (path.startsWith(`${operation.from}/`)) throw new TypeError('cannot move into itself')
  const text = textOf(get(draft, operation.from))
  remove(draft, operation.from)
  add(draft, path, text)
}

/** Through JSON, so that what is applied here is what the requester will apply. */
function textOf(value: JsonValue): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError('the value is not JSON')
  return text
}

/** Count work on so much JSON, and say how many bytes it was. */
function spend({ work }: Draft, text: string): number {
  const bytes = Buffer.byteLength(text)
  work.left -= bytes
  if (work.left < 0) throw new RangeError(`more than ${PATCH_WORK_BYTES_MAX} bytes of work`)
  return bytes
}

/** The value, once it is sure to fit at the pointer beside `rest` bytes of other things. */
function fitting(draft: Draft, pointer: string, text: string, rest: number): Mutable {
  const bytes = rest + spend(draft, text)
  if (bytes > STATE_BYTES_MAX) {
    throw new RangeError(`the state grows to ${bytes} bytes, at most ${STATE_BYTES_MAX}`)
  }
  const value = JSON.parse(text) as Mutable
  if (segmentsOf(pointer).length + depthOf(value) > DEPTH_MAX) {
    throw new RangeError(`the state nests deeper than ${DEPTH_MAX} levels`)
  }
  draft.bytes = bytes
  return value
}

function depthOf(value: Mutable): number {
  if (typeof value !== 'object' || value === null) return 0
  let deepest = 0
  for (const part of Object.values(value)) deepest = Math.max(deepest, depthOf(part))
  return deepest + 1
}

/** The container that a pointer ends in, and its last segment. */
function place(draft: Draft, pointer: string): [Container, string] {
  const segments = ['root', ...segmentsOf(pointer)]
  const last = segments.pop() ?? 'root'
  let at: Mutable = { root: draft.root }
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

function get(draft: Draft, pointer: string): Mutable {
  return child(...place(draft, pointer))
}

function set(draft: Draft, pointer: string, value: Mutable): void {
  if (pointer === '') {
    draft.root = value
    return
  }
  const [container, last] = place(draft, pointer)
  if (Array.isArray(container)) container[Number(last)] = value
  else container[last] = value
}

function replace(draft: Draft, pointer: string, text: string): void {
  const before = spend(draft, textOf(get(draft, pointer)))
  set(draft, pointer, fitting(draft, pointer, text, draft.bytes - before))
}

function add(draft: Draft, pointer: string, text: string): void {
  const [container, last] = place(draft, pointer)
  if (!Array.isArray(container)) {
    if (Object.hasOwn(container, last)) return replace(draft, pointer, text)
    return set(draft, pointer, fitting(draft, pointer, text, draft.bytes + besides(last)))
  }
  const index = last === '-' ? container.length : Number(last)
  if (last !== '-' && (!INDEX.test(last) || index > container.length)) {
    throw new TypeError(`no place ${last} in a list of ${container.length}`)
  }
  container.splice(index, 0, fitting(draft, pointer, text, draft.bytes + 1))
}

function remove(draft: Draft, pointer: string): void {
  if (pointer === '') throw new TypeError('the whole state cannot be removed')
  const [container, last] = place(draft, pointer)
  const bytes = spend(draft, textOf(child(container, last)))
  if (Array.isArray(container)) {
    container.splice(Number(last), 1)
    draft.bytes -= bytes + 1
  } else {
    delete container[last]
    draft.bytes -= bytes + besides(last)
  }
}

/** Bytes of a member beside its value: name, colon, comma. */
const besides = (name: string): number => Buffer.byteLength(JSON.stringify(name)) + 2
