/** Views that stay as they are without being asked: looked at again while somebody is there. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { listen } from './live.ts'

/** Between two looks because of news, ms: a busy network tells of something all the time. */
const NEWS_EVERY_MS = 2_000

/** Again every so often, as long as the page can be seen. */
export function useRefresh(again: () => void, everyMs: number): void {
  const newest = useRef(again)
  newest.current = again
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible') newest.current()
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

/** Again when something new was stored, every two seconds at most; at once when an alert came. */
export function useNews(again: () => void): void {
  const newest = useRef(again)
  newest.current = again
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const now = (): void => {
      clearTimeout(timer)
      timer = undefined
      newest.current()
    }
    const leave = join({ soon: () => void (timer ??= setTimeout(now, NEWS_EVERY_MS)), now })
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [])
}

/** ms since 1970, for words such as "5 s ago". */
export function useNow(everyMs = 5_000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
