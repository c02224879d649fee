/**
 * The keys of maps in canonical order: by the length of their encodings, and then bytewise.
 *
 * Most maps are of few forms, so the order is remembered by the keys.
 */

/** The kind of text, in the upper three bits of its first byte. */
export const TEXT = 0x60
/** Longest map that is sorted by insertion, and whose order is remembered, keys. */
const FEW_KEYS = 32
/** Orders remembered for each number of keys, count: our messages have up to five forms of one. */
const FORMS = 8
/** Longest key of a map whose order is remembered, UTF-16 units: ours are words. */
const KEY_LENGTH_MAX = 64

/** The keys of a map in the order of their encodings. */
export interface Order {
  readonly keys: readonly string[]
  /** Each as it is written; undefined for maps that are too large or odd to be remembered. */
  readonly written: readonly Uint8Array[] | undefined
}

/** Keys as maps have them, and their order. */
interface Form {
  readonly keys: readonly string[]
  readonly order: Order
}
/** By the number of keys, the newest first. */
const forms = Array.from({ length: FEW_KEYS + 1 }, (): Form[] => [])

/** The keys of what is there; of a form that is known, the same object each time. */
export function orderOf(map: object): Order {
  const keys = Object.keys(map)
  let used = 0
  for (const key of keys) if (map[key as never] !== undefined) keys[used++] = key
  if (used < keys.length) keys.length = used
  const known = forms[used]
  if (known === undefined) {
    sort(keys)
    return { keys, written: undefined }
  }
  for (const { keys: before, order } of known) if (areSame(before, keys)) return order
  return remembered(keys, known)
}

function remembered(keys: readonly string[], known: Form[]): Order {
  const sorted = [...keys]
  sort(sorted)
  const short = sorted.every((key) => key.length <= KEY_LENGTH_MAX && isAscii(key))
  if (!short) return { keys: sorted, written: undefined }
  const order = { keys: sorted, written: sorted.map(writtenKey) }
  if (known.length === FORMS) known.pop()
  known.unshift({ keys, order })
  return order
}

/** Head and text of a short ASCII key. */
function writtenKey(key: string): Uint8Array {
  const head = key.length < 24 ? [TEXT | key.length] : [TEXT | 24, key.length]
  return Uint8Array.from([...head, ...Buffer.from(key)])
}

/** By the order of the others, and then by that of the keys: so many of the others before each. */
const places = new WeakMap<Order, WeakMap<Order, readonly number[]>>()

/**
 * How many fields of the other map come before each of these.
 *
 * @throws TypeError for a field that both have
 */
export function placesOf(order: Order, others: Order): readonly number[] {
  let among = places.get(others)
  const known = among?.get(order)
  if (known !== undefined) return known
  const both = [...order.keys, ...others.keys]
  sort(both)
  if (new Set(both).size < both.length) throw new TypeError('a field stands twice')
  const before = order.keys.map((key) => both.indexOf(key)).map((at, nth) => at - nth)
  if (among === undefined) places.set(others, (among = new WeakMap()))
  among.set(order, before)
  return before
}

/** Names of fields are the same strings each time, which compare as fast as numbers. */
function areSame(before: readonly string[], keys: readonly string[]): boolean {
  for (let at = 0; at < keys.length; at++) if (before[at] !== keys[at]) return false
  return true
}

/**
 * Sort keys as their encodings sort, in place. Nearly all maps have few keys, all ASCII, where
 * shorter is first and insertion takes a tenth of what `sort` with a function does.
 */
function sort(keys: string[]): void {
  if (keys.length > FEW_KEYS || !keys.every(isAscii)) {
    keys.sort(compareBytes)
    return
  }
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next] ?? ''
    let at = next
    for (; at > 0; at--) {
      const before = keys[at - 1] ?? ''
      if (before.length < key.length || (before.length === key.length && before < key)) break
      keys[at] = before
    }
    keys[at] = key
  }
}

function compareBytes(one: string, other: string): number {
  const [bytes, others] = [Buffer.from(one), Buffer.from(other)]
  return bytes.length - others.length || bytes.compare(others)
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false
  return true
}
