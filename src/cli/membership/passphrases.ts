/** Passphrases of the keys that a command opens: the agent's own, and the owner's. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Context, OptionSpecs, Values } from '../command.ts'
import { isPersonThere, Person } from '../person.ts'
import { passphraseOf } from '../session.ts'

export const PASSPHRASES = {
  'passphrase-file': {
    type: 'string',
    value: '<file>',
    about: 'file that holds the passphrase of the keys'
  },
  'owner-passphrase-file': {
    type: 'string',
    value: '<file>',
    about: "the owner's key has another passphrase: its file"
  }
} as const satisfies OptionSpecs

type Given = Values<typeof PASSPHRASES>
type World = Pick<Context, 'env' | 'cwd'>

export interface Passphrases {
  /** Of the key in the home. */
  readonly home?: string
  /** Of the owner's key. */
  readonly owner?: string
}

/** @throws PeerworkError `BAD_OPTION` for a file that cannot be read */
export function givenPassphrases(given: Given, context: World): Passphrases {
  const home = passphraseOf(given, context)
  const own = { 'passphrase-file': given['owner-passphrase-file'] }
  const owner = passphraseOf(own, context) ?? home
  return { ...(home !== undefined && { home }), ...(owner !== undefined && { owner }) }
}

/**
 * Do what needs keys; whoever is at the terminal is asked for passphrases that no option gave.
 *
 * @param json a program reads along: nobody is asked
 */
export async function withPassphrases<T>(
  given: Given & { readonly json: boolean },
  context: Context,
  work: (passphrases: Passphrases) => Promise<T>
): Promise<T> {
  const known: { -readonly [Key in keyof Passphrases]: Passphrases[Key] } = {
    ...givenPassphrases(given, context)
  }
  for (;;) {
    try {
      return await work(known)
    } catch (error) {
      const missing = missingFor(error, known)
      if (missing === undefined || !isPersonThere(context, given.json)) throw error
      using person = new Person(context)
      known[missing.key] = await person.askSecret(`Passphrase of ${missing.path}: `)
    }
  }
}

/** Which key is locked, when no passphrase for it was given yet. */
function missingFor(error: unknown, known: Passphrases) {
  if (!(error instanceof PeerworkError) || error.code !== 'PASSPHRASE_WRONG') return undefined
  const path = String(error.facts['path'] ?? '')
  const key = path.endsWith('.key') ? 'owner' : 'home'
  return known[key] === undefined ? ({ key, path } as const) : undefined
}
