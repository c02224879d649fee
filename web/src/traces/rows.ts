/** Rows of pages, put together: pure, whatever order things come in. */

import type { TracePage, TraceSummary } from '../types.ts'

/** Traces of a page, count: what one looks over, and all that the document holds of a store. */
export const PAGE = 50

export const idsOf = ({ items }: TracePage) => new Set(items.map(({ trace }) => trace))

/**
 * The newest page, with what was known below it where one short look did not come so far: rows that
 * were found with patience do not go away because of a hasty one.
 */
export function under(head: TracePage, known: TracePage): TracePage {
  if (head.next === undefined || head.items.length >= PAGE) return head
  const ids = idsOf(head)
  const rest = known.items.filter(({ trace }) => !ids.has(trace))
  return { ...known, items: [...head.items, ...rest] }
}

/** The same rows, as they are by now. */
export function patched(page: TracePage, newer: TracePage): TracePage {
  const by = new Map<string, TraceSummary>(newer.items.map((one) => [one.trace, one]))
  return { ...page, items: page.items.map((one) => by.get(one.trace) ?? one) }
}

/** A page, and what was found beyond its older end. What has no rows knows no place before it. */
export function towardsOlder(page: TracePage, more: TracePage): TracePage {
  const prev = page.items.length > 0 ? page.prev : more.prev
  return pageOf([...page.items, ...more.items], prev, more.next)
}

/** A page, and what was found beyond its newer end. */
export function towardsNewer(page: TracePage, more: TracePage): TracePage {
  const next = page.items.length > 0 ? page.next : more.next
  return pageOf([...more.items, ...page.items], more.prev, next)
}

const pageOf = (
  items: TracePage['items'],
  prev: string | undefined,
  next: string | undefined
): TracePage => ({
  items,
  ...(prev !== undefined && { prev }),
  ...(next !== undefined && { next })
})
