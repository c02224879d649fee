/**
 * Pages of traces in both directions: the page before one is read in the other order, and turned.
 *
 * Stores only go on from where a page ended. Their cursors of traces are a start and an id
 * (`cursor.ts`), so that of any trace in the list can be made here.
 */

import { PeerworkError } from '../protocol/errors.ts'
import { writeCursor } from '../observer/cursor.ts'
import type { Page, TraceQuery, TraceStore, TraceSummary } from '../observer/store.ts'

export interface TracePage extends Page<TraceSummary> {
  /** Give as `before` for the page before; absent on the first. */
  readonly prev?: string
}

/**
 * @param before the page that ends right before this place, in the order that was asked for
 * @throws PeerworkError `BAD_OPTION` for a cursor that no page gave, or for both at once
 */
export async function readTracePage(
  store: Pick<TraceStore, 'traces'>,
  asked: TraceQuery,
  before?: string
): Promise<TracePage> {
  if (before === undefined) {
    const page = await store.traces(asked)
    const [first] = page.items
    const inside = asked.after !== undefined && first !== undefined
    return { ...page, ...(inside && { prev: placeOf(first) }) }
  }
  if (asked.after !== undefined) {
    throw new PeerworkError('BAD_OPTION', 'a page is either before a place or after one')
  }
  const order = asked.order === 'oldest' ? 'newest' : 'oldest'
  const { items, next: prev } = await store.traces({ ...asked, order, after: before })
  // The one found first stands right before the place.
  const [last] = items
  return {
    items: items.toReversed(),
    ...(last !== undefined && { next: placeOf(last) }),
    ...(prev !== undefined && { prev })
  }
}

const placeOf = ({ startUs, trace }: TraceSummary): string => writeCursor(startUs, trace)
