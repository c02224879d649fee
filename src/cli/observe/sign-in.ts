/** `peerwork observe sign-in`: a link that signs a browser in, once. */

import { TICKET_LIFE_MS } from '../../gateway/access/sessions.ts'
import { systemClock } from '../../node/clock.ts'
import type { Context } from '../command.ts'
import { openDesk } from './data.ts'
import { PORT, dataOf } from './options.ts'
import type { ObserveValues } from './options.ts'

/** @throws PeerworkError `HOME_UNSAFE`, `STORE_FAILED` */
export function signIn(values: ObserveValues, context: Context): void {
  const { out, err } = context
  using desk = openDesk(dataOf(values, context))
  const door = desk.publicUrl ?? `http://127.0.0.1:${PORT}`
  const expires = systemClock.now() + TICKET_LIFE_MS
  const url = `${door}/sign-in?ticket=${desk.sessions.ticket()}`
  if (values.json) return out.json({ url, expires })
  out.line(url)
  const minutes = TICKET_LIFE_MS / 60_000
  err.line(err.paint('dim', `works once, within ${minutes} minutes, while the observer runs`))
}
