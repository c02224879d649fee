/** Is this agent's key used by anybody else? */

import { since } from './ago.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** How long one sighting counts, ms: a copy that runs is seen again and again. */
const SEEN_MS_MAX = 10 * 60_000

/**
 * @param copy where another agent with this id was seen last
 * @param others other ids that two agents use, in sentences
 */
export function checkDuplicate(
  copy: { readonly where: string; readonly at: number } | undefined,
  id: string,
  now: number,
  others: readonly string[] = []
): Finding {
  if (copy === undefined || now - copy.at > SEEN_MS_MAX) {
    const [other] = others
    return other === undefined
      ? pass('DUPLICATE', 'nobody else was seen with this id', { id })
      : warn('DUPLICATE', `not this one, but ${other}`, { facts: { id, others: others.length } })
  }
  const why = `another agent runs with this key: ${copy.where}, last seen ${since(copy.at, now)}`
  return fail('DUPLICATE', why, { facts: { id, where: copy.where, at: copy.at } })
}
