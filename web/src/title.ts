/** What stands in the tab of the browser, in its history and among its bookmarks. */

import { useEffect } from 'preact/hooks'

/** @param view nothing where a view says more of it than is known here */
export function useTitle(view: string | undefined): void {
  useEffect(() => {
    if (view !== undefined) document.title = `${view} · Peerwork`
  }, [view])
}
