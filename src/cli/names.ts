/** Short forms of ids, for people; long enough to be given back as `--to`. */

import { plainLabel } from './plain-text.ts'

/** All ids begin with `12D3KooW`; six more characters tell some 38 billion apart. */
const ID_LENGTH = 14
const TASK_LENGTH = 8

export const shortId = (id: string): string => plainLabel(id, 64).slice(0, ID_LENGTH)

export const shortTask = (task: string): string => plainLabel(task, 64).slice(0, TASK_LENGTH)

/** Names kept, count: several times the agents that one can be connected to. */
const NAMES_MAX = 4_096

/**
 * Names of agents as their own cards tell them; ids for the rest. Those that share a name, like the
 * guests of one agent, have the id behind it: anybody can take any name, and a line must not leave
 * open who is meant.
 */
export class Names {
  readonly #names = new Map<string, string>()
  /** How many bear a name. */
  readonly #bearers = new Map<string, number>()

  add(id: string, name: string | null): void {
    if (name === null || name === '' || this.#names.get(id) === name) return
    this.#remove(id)
    const shown = plainLabel(name, 64)
    this.#names.set(id, shown)
    this.#bearers.set(shown, (this.#bearers.get(shown) ?? 0) + 1)
    const [oldest = ''] = this.#names.keys()
    if (this.#names.size > NAMES_MAX) this.#remove(oldest)
  }

  has(id: string): boolean {
    return this.#names.has(id)
  }

  of(id: string): string {
    const name = this.#names.get(id)
    if (name === undefined) return shortId(id)
    return this.#bearers.get(name) === 1 ? name : `${name} ${shortId(id)}`
  }

  #remove(id: string): void {
    const name = this.#names.get(id)
    if (name === undefined || !this.#names.delete(id)) return
    const left = (this.#bearers.get(name) ?? 1) - 1
    if (left > 0) this.#bearers.set(name, left)
    else this.#bearers.delete(name)
  }
}
