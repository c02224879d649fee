/** Keeps one span within its limits, and counts what it left out. */

import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import { ATTRIBUTES_MAX, EVENTS_MAX, LINKS_MAX, TEXT_LENGTH_MAX } from './span.ts'

export class Cut {
  /** Attributes, items, events and links that were left out. */
  count = 0
  readonly #sizes = new WeakMap<JsonObject, number>()

  /** A name that came twice keeps its later value. */
  put(into: JsonObject, key: string, value: JsonValue): void {
    const size = this.#sizes.get(into) ?? 0
    if (key === '' || !this.#room(size, ATTRIBUTES_MAX)) return
    this.#sizes.set(into, size + 1)
    // Not an assignment: `__proto__` is a name like any other.
    Object.defineProperty(into, key, {
      ...{ value, enumerable: true, configurable: true, writable: true }
    })
  }

  text(value: string): string {
    if (value.length <= TEXT_LENGTH_MAX) return value
    this.count++
    return `${value.slice(0, TEXT_LENGTH_MAX)}…`
  }

  item(size: number): boolean {
    return this.#room(size, ATTRIBUTES_MAX)
  }

  event(size: number): boolean {
    return this.#room(size, EVENTS_MAX)
  }

  link(size: number): boolean {
    return this.#room(size, LINKS_MAX)
  }

  #room(size: number, max: number): boolean {
    if (size < max) return true
    this.count++
    return false
  }
}
