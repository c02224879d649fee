/** The time by which the list says how long ago something was. */

import { useEffect, useState } from 'preact/hooks'

/** ms: what is said in seconds may be behind by so much. */
const TICK_MS = 5_000

/** ms since 1970. Stands still while the page is hidden. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const tick = (): void => {
      if (!document.hidden) setNow(Date.now())
    }
    const timer = setInterval(tick, TICK_MS)
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [])
  return now
}
