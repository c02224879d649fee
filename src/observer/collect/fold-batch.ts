/** What a whole batch says: the parts of its events together. */

import { toHex } from '../../protocol/canonical.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import { fold } from '../fold.ts'
import type { Parts } from '../model.ts'

/** @param nameOf the name on a producer's card, when that is known */
export function foldBatch(
  { body }: Sealed<TraceBatch>,
  nameOf: (id: string) => string | undefined = () => undefined
): Parts {
  const name = nameOf(body.from)
  const producer = { id: body.from, boot: toHex(body.boot), ...(name !== undefined && { name }) }
  const parts = body.events.map((event) => fold(event, producer))
  return {
    spans: parts.flatMap(({ spans }) => spans),
    handoffs: parts.flatMap(({ handoffs }) => handoffs),
    facts: parts.flatMap(({ facts }) => facts)
  }
}
