/** How many alerts are open, beside their name in the head of every page. */

import { useEffect, useState } from 'preact/hooks'
import { get } from '../api.ts'
import { alertNews } from '../live.ts'
import { useRefresh } from '../refresh.ts'
import type { Size } from '../types.ts'

/** Between two looks, ms: not every view hears of all alerts. */
const LOOK_MS = 15_000
const SHOWN_MAX = 99

export function Unread() {
  const [open, setOpen] = useState(0)
  const look = (): void => {
    get<Size>('/api/v1/size').then(
      ({ alerts }) => setOpen(alerts?.open ?? 0),
      // Who may not read sees that on the page itself.
      () => setOpen(0)
    )
  }
  useRefresh({ again: look, loading: false }, LOOK_MS)
  useEffect(look, [alertNews.value])
  if (open === 0) return null
  return (
    <span class="unread">
      <span aria-hidden="true">{open > SHOWN_MAX ? `${SHOWN_MAX}+` : open}</span>
      <span class="unseen"> {open} open</span>
    </span>
  )
}
