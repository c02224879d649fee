/** What stands in the tab of the browser, in its history and among its bookmarks. */

import { useEffect } from 'preact/hooks'
import { balanced } from './bidi.ts'

/** Of a name, characters: tabs show fewer, bookmarks not many more. */
const NAME_CHARS = 80
/** A text with a direction of its own (UAX #9): what it turns around ends with it. */
const [OPEN, CLOSE] = ['\u2068', '\u2069']

/** A name that somebody sent, cut, and apart from what stands beside it. */
export function named(name: string): string {
  // By signs that are whole, of which none is longer than two units.
  const cut = Array.from(name.slice(0, 2 * NAME_CHARS))
    .slice(0, NAME_CHARS)
    .join('')
  return OPEN + balanced(cut) + CLOSE
}

/** @param view nothing where a view says more of it than is known here */
export function useTitle(view: string | undefined): void {
  useEffect(() => {
    if (view !== undefined) document.title = `${view} · Peerwork`
  }, [view])
}
