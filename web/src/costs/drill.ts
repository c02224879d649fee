/** From a sum to the traces behind it: a search of the list. */

import { quote } from '../search/pieces.ts'
import { dayAfter } from './window.ts'
import type { TimeWindow } from './window.ts'

interface Wanted {
  readonly agent?: string
  readonly model?: string
  readonly window?: Omit<TimeWindow, 'grain'>
}

export function tracesOf({ agent, model, window: { since, from, to } = {} }: Wanted): string {
  const words = [
    ...(agent === undefined ? [] : [`agent:${quote(agent)}`]),
    ...(model === undefined ? [] : [`model:${quote(model)}`]),
    ...(since === undefined && from === undefined ? [] : [`since:${since ?? from}`]),
    ...(to === undefined ? [] : [`until:${dayAfter(to)}`])
  ]
  return `/?${new URLSearchParams({ q: words.join(' ') }).toString()}`
}
