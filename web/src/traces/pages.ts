/** One page of the list, wherever in it. */

import { get } from '../api.ts'
import type { TracePage } from '../types.ts'

/** Traces of a page, count: what one looks over, and all that the document ever holds. */
export const PAGE = 50
/** Questions for one page, count: a search that finds little gives short pages, each of them some
 * 50,000 traces that were looked at. */
const TURNS_MAX = 4

/** Which page: the newest when neither is said. */
export interface Place {
  readonly after: string | undefined
  readonly before: string | undefined
}
export const NEWEST: Place = { after: undefined, before: undefined }

type Parameters = Readonly<Record<string, string>>

/** May have fewer than a page and still a `next`: then there is more to look through. */
export async function readPage(asked: Parameters, place: Place, signal: AbortSignal) {
  let page = await ask(asked, place, { limit: PAGE, signal })
  for (let turn = 1; turn < TURNS_MAX && page.items.length < PAGE; turn++) {
    const limit = PAGE - page.items.length
    if (place.before === undefined) {
      if (page.next === undefined) break
      const more = await ask(asked, { ...NEWEST, after: page.next }, { limit, signal })
      page = joined(page, more)
    } else {
      if (page.prev === undefined) break
      const more = await ask(asked, { ...NEWEST, before: page.prev }, { limit, signal })
      page = joined(more, page)
    }
  }
  return page
}

interface Bounds {
  readonly limit: number
  readonly signal: AbortSignal
}

const ask = (asked: Parameters, place: Place, { limit, signal }: Bounds): Promise<TracePage> =>
  get<TracePage>('/api/v1/traces', { ...asked, ...place, limit }, signal)

/** Two pages, one right after the other. */
function joined(newer: TracePage, older: TracePage): TracePage {
  return {
    items: [...newer.items, ...older.items],
    ...(newer.prev !== undefined && { prev: newer.prev }),
    ...(older.next !== undefined && { next: older.next })
  }
}
