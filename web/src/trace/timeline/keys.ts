/** The timeline by keyboard: as one moves in a tree, and to and fro in time. */

import { NONE } from './tree.ts'
import type { Timeline } from './model.ts'

const NEARER = 0.6
const SHIFT = 0.15

interface Doing {
  open(span: number): void
  close(): void
}

/** For help, in the order of use. */
export const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'the span before, and the next'],
  ['→ ←', 'what is below it, and what it is part of'],
  ['Home End', 'the first, and the last'],
  ['Enter', 'all about it'],
  ['f Shift+f', 'the next failure, and the one before'],
  ['+ − 0', 'nearer, farther, all of it'],
  ['Shift+← Shift+→', 'earlier, later']
]

/** @returns whether the key meant something here */
export function pressed(event: KeyboardEvent, timeline: Timeline, doing: Doing): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const { tree, spans } = timeline.layout.peek()
  const active = timeline.active.peek()
  if (spans.length === 0) return false
  const beside = (step: 1 | -1): void => {
    const place = active === NONE ? -1 : tree.place[active]!
    const next = Math.min(Math.max(place + step, 0), spans.length - 1)
    timeline.activate(tree.order[next]!)
  }
  const go = (span: number | undefined): void => timeline.activate(span ?? NONE)
  if (event.shiftKey && event.key === 'ArrowLeft') timeline.move(-SHIFT)
  else if (event.shiftKey && event.key === 'ArrowRight') timeline.move(SHIFT)
  else {
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => beside(1),
      ArrowUp: () => beside(-1),
      ArrowRight: () => go(tree.child[active]),
      ArrowLeft: () => go(tree.parent[active]),
      Home: () => go(tree.order[0]),
      End: () => go(tree.order.at(-1)),
      Enter: () => doing.open(active),
      ' ': () => doing.open(active),
      Escape: () => doing.close(),
      '+': () => timeline.zoom(NEARER),
      '=': () => timeline.zoom(NEARER),
      '-': () => timeline.zoom(1 / NEARER),
      '0': () => timeline.reset(),
      f: () => timeline.nextFailure(1),
      F: () => timeline.nextFailure(-1)
    }
    const act = acts[event.key]
    if (act === undefined) return false
    act()
  }
  event.preventDefault()
  return true
}
