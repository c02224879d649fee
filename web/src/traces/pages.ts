/** One page of the list, wherever in it. */

import { get } from '../api.ts'
import type { TracePage } from '../types.ts'
import { PAGE, towardsNewer, towardsOlder } from './rows.ts'

/**
 * Questions for one page, count. A search that finds little gives short pages: each of them is
 * half a second of looking, or some 50,000 traces.
 */
const TURNS_MAX = 4

/** Which page: the newest when neither is said. */
export interface Place {
  readonly after: string | undefined
  readonly before: string | undefined
}
export const NEWEST: Place = { after: undefined, before: undefined }

interface Bounds {
  readonly signal: AbortSignal
  /** Questions, count; less than for somebody who waits for it. */
  readonly turns?: number
}

/** May have fewer than a page and still a `next`: then there is more to look through. */
export async function readPage(
  asked: Readonly<Record<string, string>>,
  place: Place,
  { signal, turns = TURNS_MAX }: Bounds
): Promise<TracePage> {
  const back = place.before !== undefined
  const ask = (at: Place, limit: number): Promise<TracePage> =>
    get<TracePage>('/api/v1/traces', { ...asked, ...at, limit }, signal)
  let page = await ask(place, PAGE)
  for (let turn = 1; turn < turns && page.items.length < PAGE; turn++) {
    const goesOn = back ? page.prev : page.next
    if (goesOn === undefined) break
    const more = await ask(
      { ...NEWEST, [back ? 'before' : 'after']: goesOn },
      PAGE - page.items.length
    )
    page = back ? towardsNewer(page, more) : towardsOlder(page, more)
  }
  if (back || place.after !== undefined) return page
  // There is nothing before the newest, also when its first turn found nothing.
  const { prev: _, ...newest } = page
  return newest
}
