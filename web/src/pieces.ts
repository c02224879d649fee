/**
 * Views are loaded when they are wanted. An observer of a newer version has other pieces: the page
 * that asks for one of the old begins anew, at the same address, instead of showing nothing.
 */

const KEY = 'peerwork.anew'
/** Not again within, ms: what still fails then is no matter of versions. */
const ANEW_EVERY_MS = 10_000

export function renewWhenOld(): void {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0)
    if (Date.now() - last < ANEW_EVERY_MS) return
    event.preventDefault()
    sessionStorage.setItem(KEY, String(Date.now()))
    location.reload()
  })
}
