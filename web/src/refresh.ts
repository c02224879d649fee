/** Views that stay as they are without being asked: looked at again while somebody looks at them. */

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

/** Again when something new was stored, or an alert came; not more often than every two seconds. */
export function useNews(again: () => void): void {
  const newest = useRef(again)
  newest.current = again
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        newest.current()
      }, NEWS_EVERY_MS)
    }
    const stop = listen({ news: soon, missed: soon, alert: () => newest.current() })
    return () => {
      clearTimeout(timer)
      stop()
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
