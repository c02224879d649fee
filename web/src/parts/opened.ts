/** What opens beside or among other things: who opened it goes on in it, and comes back. */

import { useLayoutEffect, useRef } from 'preact/hooks'

/**
 * Who opened it by keyboard goes on in it; the focus goes back to where it was when this closes,
 * unless it went elsewhere by itself. At once, before anything can be pressed: who is quick would
 * be left nowhere.
 *
 * @param options as of `focus`, both ways
 * @returns for its heading, which needs `tabIndex={-1}` and stands in an `aside` or `section`
 */
export function useOpened(options: FocusOptions = {}) {
  const head = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    const { activeElement: before } = document
    // A page that was opened with it has the focus nowhere.
    if (!(before instanceof HTMLElement) || before === document.body) return undefined
    const whole = head.current?.closest('aside, section')
    head.current?.focus(options)
    return () => {
      const { activeElement: now } = document
      const isFree = now === null || now === document.body || whole?.contains(now) === true
      if (isFree && before.isConnected) before.focus(options)
    }
  }, [])
  return head
}
