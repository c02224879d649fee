/** Short forms of ids, for people; long enough to be given back as `--to`. */

import { plainLabel } from './plain-text.ts'

/** All ids begin with `12D3KooW`; six more characters tell some 38 billion apart. */
const ID_LENGTH = 14
const TASK_LENGTH = 8

export const shortId = (id: string): string => plainLabel(id, 64).slice(0, ID_LENGTH)

export const shortTask = (task: string): string => plainLabel(task, 64).slice(0, TASK_LENGTH)

/** Names of agents as they become known; ids for the rest. */
export class Names {
  readonly #names = new Map<string, string>()

  add(id: string, name: string | null): void {
    if (name !== null && name !== '') this.#names.set(id, plainLabel(name, 64))
  }

  has(id: string): boolean {
    return this.#names.has(id)
  }

  of(id: string): string {
    return this.#names.get(id) ?? shortId(id)
  }
}
