/** Views that stay as they are without being asked: looked at again while somebody is there. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { listen } from './live.ts'
import type { Loaded } from './load.ts'

/** Between two looks because of news, ms: a busy network tells of something all the time. */
const NEWS_EVERY_MS = 2_000
/** News come in bursts, ms: the first look is after the burst. */
const BURST_MS = 300

/** What is loaded again: never while it is being loaded, or a slow answer would never come. */
type Again = Pick<Loaded<unknown>, 'again' | 'loading'>

/** Again every so often, as long as the page can be seen. */
export function useRefresh(what: Again, everyMs: number): void {
  const newest = useRef(what)
  newest.current = what
  useEffect(() => {
    const look = (): void => {
      const { loading, again } = newest.current
      if (document.visibilityState === 'visible' && !loading) again()
    }
    const timer = setInterval(look, everyMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [everyMs])
}

interface Reader {
  soon(): void
  now(): void
}

/** One stream for all of a page: a browser opens six connections to one server, over all tabs. */
const readers = new Set<Reader>()
let stop: (() => void) | undefined

function join(reader: Reader): () => void {
  readers.add(reader)
  const soon = (): void => readers.forEach((one) => one.soon())
  stop ??= listen({ news: soon, missed: soon, alert: () => readers.forEach((one) => one.now()) })
  return () => {
    readers.delete(reader)
    if (readers.size > 0) return
    stop?.()
    stop = undefined
  }
}

/** Again when something new was stored, every so often at most; at once when an alert came. */
export function useNews(what: Again, everyMs = NEWS_EVERY_MS): void {
  const newest = useRef(what)
  newest.current = what
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = -Infinity
    const look = (): void => {
      timer = undefined
      if (newest.current.loading) return later(BURST_MS)
      last = performance.now()
      newest.current.again()
    }
    const later = (ms: number): void => void (timer ??= setTimeout(look, ms))
    const now = (): void => {
      clearTimeout(timer)
      look()
    }
    const soon = (): void => later(Math.max(BURST_MS, last + everyMs - performance.now()))
    const leave = join({ soon, now })
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [everyMs])
}

/** Only so that the head of the page hears of alerts. */
export const useLive = (): void => useNews(NOTHING)
const NOTHING: Again = { again: () => undefined, loading: false }

/** ms since 1970, for words such as "5 s ago". */
export function useNow(everyMs = 5_000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
