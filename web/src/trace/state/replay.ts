/**
 * The state of a run at each of its changes, played from the first on. Values that were not told
 * stay unknown, and so does all that is made of them.
 *
 * JSON Patch, RFC 6902; what does not fit, as after a change that nobody told, is made to: this
 * shows what happened, it does not judge it.
 */

import type { StateHistory } from '../../types.ts'

/** A value that is there and that this observer may not see. */
export class Hidden {
  readonly bytes: number | null

  constructor(bytes: number | null) {
    this.bytes = bytes
  }
}

export type Tree = null | boolean | number | string | Hidden | readonly Tree[] | TreeObject
export interface TreeObject {
  readonly [key: string]: Tree
}

/** Parts of a path, count: from here on a change is shown, and changes nothing here. */
const PARTS_MAX = 100

type Change = StateHistory['keys'][number]['changes'][number]
/** With the values of its contents, where they are shown. */
export type ToldChange = Change & { readonly before?: unknown }

export interface Step {
  /** The top-level key that it changed. */
  readonly key: string
  readonly change: ToldChange
  /** What stood at its path, and what stands there now; undefined for nothing. */
  readonly before: Tree | undefined
  readonly after: Tree | undefined
}

export interface KeyChanges {
  readonly key: string
  readonly changes: readonly ToldChange[]
}

/** In the order of time. */
export function replay(keys: readonly KeyChanges[]): readonly Step[] {
  const all = keys.flatMap(({ key, changes }) => changes.map((change) => ({ key, change })))
  // Sorting is stable: the operations of one message stay in their order.
  const ordered = all.toSorted(
    ({ change: a }, { change: b }) => a.atUs - b.atUs || (a.id === b.id ? 0 : a.id < b.id ? -1 : 1)
  )
  let state: Tree = {}
  return ordered.map(({ key, change }) => {
    const path = partsOf(change.path)
    const known = at(state, path)
    const told = change.before as Tree | undefined
    const before = known === undefined || known instanceof Hidden ? (told ?? known) : known
    state = applied(state, change, path)
    return { key, change, before, after: at(state, path) }
  })
}

/** The whole state after these, which are all of them up to a moment: no step keeps its own. */
export function stateAfter(steps: readonly Step[]): Tree {
  let state: Tree = {}
  for (const { change } of steps) state = applied(state, change, partsOf(change.path))
  return state
}

/** RFC 6901. */
export const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

function applied(state: Tree, change: ToldChange, path: readonly string[]): Tree {
  const { op, from, value, bytes } = change
  if (path.length > PARTS_MAX) return state
  if (op === 'remove') return without(state, path)
  if (op === 'add' || op === 'replace') {
    const next = value === undefined ? new Hidden(bytes) : (value as Tree)
    return placed(state, path, { value: next, insert: op === 'add' })
  }
  if (op !== 'move' && op !== 'copy') return state
  const source = partsOf(from ?? '')
  if (source.length > PARTS_MAX) return state
  const moved = at(state, source) ?? new Hidden(bytes)
  const base = op === 'move' ? without(state, source) : state
  return placed(base, path, { value: moved, insert: true })
}

const isObject = (tree: Tree | undefined): tree is TreeObject =>
  typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof Hidden)

/** What an appended item is found under. */
const placeIn = (list: readonly Tree[], part: string, insert: boolean): number => {
  const last = insert ? list.length : list.length - 1
  return part === '-' || !/^\d{1,9}$/.test(part) ? last : Math.min(Number(part), last)
}

export function at(tree: Tree | undefined, path: readonly string[]): Tree | undefined {
  let here = tree
  for (const part of path) {
    if (here instanceof Hidden) return here
    if (Array.isArray(here)) here = here[part === '-' ? here.length - 1 : Number(part)]
    else here = isObject(here) && Object.hasOwn(here, part) ? here[part] : undefined
  }
  return here
}

interface Placing {
  readonly value: Tree
  /** Into a list: before what stands there. */
  readonly insert: boolean
}

function placed(tree: Tree | undefined, path: readonly string[], placing: Placing): Tree {
  const [part, ...rest] = path
  if (part === undefined) return placing.value
  // What is inside is not known, before as after.
  if (tree instanceof Hidden) return tree
  if (!Array.isArray(tree)) {
    const base = isObject(tree) ? tree : {}
    const child = Object.hasOwn(base, part) ? base[part] : undefined
    return { ...base, [part]: placed(child, rest, placing) }
  }
  const list = tree as readonly Tree[]
  const inserts = rest.length === 0 && placing.insert
  const index = Math.max(0, placeIn(list, part, inserts))
  const child = placed(inserts ? undefined : list[index], rest, placing)
  return list.toSpliced(index, inserts ? 0 : 1, child)
}

function without(tree: Tree, path: readonly string[]): Tree {
  const [part, ...rest] = path
  if (part === undefined) return {}
  if (tree instanceof Hidden) return tree
  if (Array.isArray(tree)) {
    const list = tree as readonly Tree[]
    const index = placeIn(list, part, false)
    const child = list[index]
    if (child === undefined) return list
    return rest.length === 0 ? list.toSpliced(index, 1) : list.with(index, without(child, rest))
  }
  if (!isObject(tree) || !Object.hasOwn(tree, part)) return tree
  if (rest.length > 0) return { ...tree, [part]: without(tree[part] as Tree, rest) }
  const { [part]: _, ...others } = tree
  return others
}

/** Values of one text, count: copies of copies are small to keep and endless to write. */
const VALUES_MAX = 100_000
/** Levels of one text, count: a path's parts and what one value may nest. */
const LEVELS_MAX = 200

/** As JSON over several lines, with words where a value is hidden; `…` for what is too much. */
export function textOf(tree: Tree | undefined, indent = '', room = { left: VALUES_MAX }): string {
  if (tree === undefined) return ''
  if (room.left-- <= 0 || indent.length > 2 * LEVELS_MAX) return '…'
  if (tree instanceof Hidden) return hiddenWords(tree)
  if (typeof tree !== 'object' || tree === null) return JSON.stringify(tree)
  const inner = `${indent}  `
  if (Array.isArray(tree)) {
    const items = (tree as readonly Tree[]).map((item) => inner + textOf(item, inner, room))
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n${indent}]`
  }
  const entries = Object.entries(tree as TreeObject).map(
    ([key, value]) => `${inner}${JSON.stringify(key)}: ${textOf(value, inner, room)}`
  )
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`
}

export const hiddenWords = ({ bytes }: Hidden): string =>
  bytes === null ? '‹not shown›' : `‹not shown, ${bytes} bytes›`
