/** How many others an agent knows of: who is connected does not tell how large a network is. */

import type { Sought } from '../discovery-options.ts'

/** Everybody who is connected, or was found or named, each once; addresses without an id not. */
export function countKnown(
  sought: readonly Pick<Sought, 'id'>[],
  peers: readonly { readonly id: string }[]
): number {
  const ids = new Set([...sought, ...peers].map(({ id }) => id))
  ids.delete(undefined)
  return ids.size
}
