/** What was typed after `peerwork network`. */

import type { COMMON, Values } from '../command.ts'
import type { PASSPHRASES } from './passphrases.ts'

export interface NetworkLine {
  readonly values: Values<typeof COMMON & typeof PASSPHRASES> & { readonly yes: boolean }
  /** The word after the action. */
  readonly name: string | undefined
}
