/** A bar of tabs that is wider than a phone: the current one is in sight. */

import { useEffect, useRef } from 'preact/hooks'

/**
 * @param here another one is brought into sight anew, as after a turn of the phone
 * @returns for the bar, which scrolls sideways
 */
export function useCurrentInSight(here: string) {
  const bar = useRef<HTMLElement>(null)
  useEffect(() => {
    const { current: box } = bar
    if (box === null) return undefined
    const show = (): void => {
      const current = box.querySelector<HTMLElement>('[aria-current]')
      if (current === null) return
      const left = current.offsetLeft - box.offsetLeft
      box.scrollLeft = left - (box.clientWidth - current.offsetWidth) / 2
    }
    const sizes = new ResizeObserver(show)
    sizes.observe(box)
    return () => sizes.disconnect()
  }, [here])
  return bar
}
