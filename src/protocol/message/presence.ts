/**
 * A presence: the few words of a card that a stranger needs to find an agent, as kept by others in
 * the network's directory. Signed by whom it is about, and soon over.
 */

import type * as z from 'zod/mini'
import { PRESENCE_BYTES_MAX } from '../constants.ts'
import type { Expectation, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'
import { ADDRESSES_MAX, SKILLS_MAX } from './card.ts'

const presence = shape.object({
  v: shape.version,
  network: shape.network,
  from: shape.agentId,
  issued: shape.time,
  expires: shape.time,
  name: shape.agentName,
  addresses: shape.list(shape.address, ADDRESSES_MAX),
  skills: shape.list(shape.skillName, SKILLS_MAX)
})
export type Presence = z.infer<typeof presence> & SealedBody

const readPresence = shape.reader('presence', presence)

/** How anybody opens the presence of `sender`. */
export function expectPresence(context: {
  network: string
  sender: string
  now: number
}): Expectation<Presence> {
  const base = { kind: 'presence', bytesMax: PRESENCE_BYTES_MAX, check: readPresence } as const
  return { ...base, ...context }
}
