/** A bar of tabs that is wider than a phone: the current one is in sight. */

import { useLayoutEffect, useRef } from 'preact/hooks'

/** @param here another one is brought into sight anew @returns for the bar, which scrolls sideways */
export function useCurrentInSight(here: string) {
  const bar = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const current = bar.current?.querySelector<HTMLElement>('[aria-current]')
    if (bar.current === null || current === null || current === undefined) return
    const { offsetLeft, offsetWidth } = current
    bar.current.scrollLeft = offsetLeft - (bar.current.clientWidth - offsetWidth) / 2
  }, [here])
  return bar
}
