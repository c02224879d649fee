/** Named searches, kept in this browser. */

import { signal } from '@preact/signals'

export interface SavedView {
  readonly name: string
  readonly q: string
}

const KEY = 'peerwork.views'
/** Views, count: as many chips as one still finds something among. */
export const VIEWS_MAX = 30
export const NAME_MAX = 60
/** A search, characters: beyond that it was none of ours. */
const SEARCH_MAX = 4_096

export const savedViews = signal<readonly SavedView[]>(readViews(localStorage.getItem(KEY)))

// Another tab of the same browser.
addEventListener('storage', ({ key, newValue }) => {
  if (key === KEY) savedViews.value = readViews(newValue)
})

/** What was kept, as far as it is one of ours: anything else is left out. */
export function readViews(kept: string | null): readonly SavedView[] {
  let value: unknown
  try {
    value = JSON.parse(kept ?? '[]')
  } catch {
    return []
  }
  const views = Array.isArray(value) ? value.flatMap((one: unknown) => viewOf(one)) : []
  const known = new Map(views.map((view) => [view.q, view]))
  return [...known.values()].slice(0, VIEWS_MAX)
}

function viewOf(one: unknown): SavedView[] {
  const { name, q } = (one ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || typeof q !== 'string') return []
  if (name.trim() === '' || q === '' || name.length > NAME_MAX || q.length > SEARCH_MAX) return []
  return [{ name, q }]
}

/** Keep a search under a name, or give it another; one search has one name. */
export function saveView(view: SavedView): void {
  const fresh = viewOf({ name: view.name.trim(), q: view.q })
  const at = savedViews.value.findIndex(({ q }) => q === view.q)
  const next =
    at < 0 ? [...savedViews.value, ...fresh] : savedViews.value.toSpliced(at, 1, ...fresh)
  if (fresh.length > 0) keep(next.slice(0, VIEWS_MAX))
}

export function removeView(of: string): void {
  keep(savedViews.value.filter(({ q }) => q !== of))
}

function keep(views: readonly SavedView[]): void {
  savedViews.value = views
  localStorage.setItem(KEY, JSON.stringify(views))
}
