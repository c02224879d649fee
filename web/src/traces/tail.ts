/**
 * The list, live: what changed is shown as it happens, and what is new comes in at the top, but
 * only under the eyes of somebody who looks there. Otherwise it is counted, and rows stay in place.
 */

import { useEffect, useRef, useState } from 'preact/hooks'
import { listen } from '../live.ts'
import type { News } from '../live.ts'
import type { TracePage } from '../types.ts'
import { NEWEST, readPage } from './pages.ts'
import type { Place } from './pages.ts'
import { idsOf, PAGE, patched, under } from './rows.ts'

/** Between looks at what is new, ms: a crowd of agents is one question, not thousands. */
const LOOK_MS = 500
/** Rows of the newest page that grew as traces came in, count; more of them wait for a click. */
const ROWS_MAX = 2 * PAGE
/** How much longer one rests than one look took: a search through all takes its time. */
const REST = 4

export interface TailView {
  readonly asked: Readonly<Record<string, string>>
  readonly place: Place
  readonly isPaused: boolean
  /** Whether the reader sees the first row. */
  readonly isAtTop: () => boolean
}

export interface Tail {
  readonly page: TracePage | undefined
  /** New ones that are not shown, count; up to a page. */
  readonly waiting: number
  /** Ids that just came in. */
  readonly fresh: ReadonlySet<string>
}

interface Patch extends Tail {
  /** What was loaded: with another one this is over. */
  readonly base: TracePage
}

const NONE: ReadonlySet<string> = new Set()
/** Ids that wait for a look, count: with more of them, any may be meant. */
const CHANGED_MAX = 1_000
/** In place of an id: something was missed, and may be any of them. */
const ANY = '*'

export function useTail(base: TracePage | undefined, view: TailView): Tail {
  const [patch, setPatch] = useState<Patch>()
  const isOf = patch !== undefined && patch.base === base
  const tail: Tail = isOf ? patch : { page: base, waiting: 0, fresh: NONE }
  const newest = useRef({ base, view, tail })
  newest.current = { base, view, tail }
  /** Of the newest page when an older one was opened: what is not among them is new. */
  const known = useRef<{ base: TracePage; ids: ReadonlySet<string> }>(undefined)

  const soon = useRef<() => void>(undefined)

  useEffect(() => {
    const leaving = new AbortController()
    const look = async (changed: ReadonlySet<string>): Promise<void> => {
      const { base: from, view: seen, tail: before } = newest.current
      if (from === undefined || before.page === undefined) return
      const { signal } = leaving
      const head = await readPage(seen.asked, NEWEST, { signal, turns: 1 })
      const shown = new Set(before.page.items.map(({ trace }) => trace))
      const isNewest = seen.place.after === undefined && seen.place.before === undefined
      let next: Tail
      if (isNewest) next = ofNewest(before.page, head, { shown, view: seen })
      else {
        if (known.current?.base !== from) known.current = { base: from, ids: idsOf(head) }
        const { ids } = known.current
        const waiting = head.items.filter(({ trace }) => !ids.has(trace)).length
        const isTouched = changed.has(ANY) || [...changed].some((id) => shown.has(id))
        const own =
          isTouched && !seen.isPaused
            ? await readPage(seen.asked, seen.place, { signal, turns: 1 })
            : undefined
        next = { page: own ? patched(before.page, own) : before.page, waiting, fresh: NONE }
      }
      // The reader may have gone on meanwhile.
      if (newest.current.base === from && newest.current.view.asked === seen.asked) {
        setPatch({ base: from, ...next })
      }
    }
    const following = follow(look)
    soon.current = following.soon
    return () => {
      leaving.abort()
      following.stop()
    }
  }, [])
  // What an older page calls new is what comes after it was opened.
  useEffect(() => {
    if (base !== undefined) soon.current?.()
  }, [base, view.isPaused])
  return tail
}

interface Seen {
  readonly shown: ReadonlySet<string>
  readonly view: TailView
}

function ofNewest(page: TracePage, head: TracePage, { shown, view }: Seen): Tail {
  const fresh = head.items.map(({ trace }) => trace).filter((id) => !shown.has(id))
  const flowed = under(head, page)
  const fits = flowed.items.length <= ROWS_MAX
  if (fits && !view.isPaused && view.isAtTop()) {
    return { page: flowed, waiting: 0, fresh: new Set(fresh) }
  }
  const still = view.isPaused ? page : patched(page, head)
  return { page: still, waiting: Math.min(PAGE, fresh.length), fresh: NONE }
}

interface Following {
  readonly soon: () => void
  readonly stop: () => void
}

/** Look soon after there is news, one look at a time, and none while nobody sees the page. */
function follow(look: (changed: ReadonlySet<string>) => Promise<void>): Following {
  let changed = new Set<string>()
  let isDue = false
  let isLooking = false
  let restMs = LOOK_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  const run = async (): Promise<void> => {
    timer = undefined
    if (!isDue || isLooking || document.hidden) return
    const ids = changed
    changed = new Set()
    isDue = false
    isLooking = true
    const began = performance.now()
    // What fails here is said by the light in the head of the page, and tried with the next news.
    await look(ids).catch(() => undefined)
    restMs = Math.max(LOOK_MS, REST * (performance.now() - began))
    isLooking = false
    if (isDue) soon()
  }
  const soon = (): void => {
    isDue = true
    timer ??= setTimeout(() => void run(), restMs)
  }
  const seen = (): void => {
    if (isDue) soon()
  }
  const stop = listen({
    news: ({ traces }: News) => {
      for (const id of traces) changed.add(id)
      if (changed.size > CHANGED_MAX) changed = new Set([ANY])
      soon()
    },
    missed: () => {
      changed.add(ANY)
      soon()
    }
  })
  document.addEventListener('visibilitychange', seen)
  return {
    soon,
    stop: () => {
      stop()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', seen)
    }
  }
}
