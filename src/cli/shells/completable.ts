/** What a completion script knows of a command. */

import type { OptionSpec, OptionSpecs } from '../command.ts'

export interface Completable {
  readonly name: string
  readonly summary: string
  /** What may stand as its first word. */
  readonly words: readonly string[]
  readonly options: OptionSpecs
}

/** Whether the value of an option names a file or directory. */
export function takesPath({ value }: OptionSpec): boolean {
  return value === '<file>' || value === '<dir>'
}
