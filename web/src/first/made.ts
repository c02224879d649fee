/**
 * The key that was made in the first minutes. It outlives the page that made it: a trace may arrive
 * at that moment and turn the page into the list, and nobody can be shown the key again.
 */

import { signal } from '@preact/signals'

export interface MadeKey {
  readonly key: string
  /** Somebody said that they have it. */
  readonly isTaken: boolean
}

/** Gone with the page of the browser, as all that it knows. */
export const madeKey = signal<MadeKey | undefined>(undefined)
