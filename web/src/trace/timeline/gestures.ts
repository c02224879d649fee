/** Wheel, drag and pinch on the picture, as zooming and moving. */

/** px that a pointer may move and still mean a click. */
const STILL_MAX = 4
/** How much nearer one px of a wheel with Ctrl brings it: a notch of 100 px is a quarter. */
const PER_PX = 0.002_5

export interface Moves {
  /** @param around 0 (left) to 1 (right) */
  zoom(factor: number, around: number): void
  /** @param share of the width; positive: later @param down px */
  move(share: number, down: number): void
  /** px from the top left. */
  click(x: number, y: number): void
  hover(x: number, y: number): void
  leave(): void
}

/** @returns how to stop */
export function followGestures(element: HTMLElement, moves: Moves): () => void {
  const leaving = new AbortController()
  const { signal } = leaving
  const pointers = new Map<number, { x: number; y: number }>()
  let travelled = 0
  const at = (event: MouseEvent): { x: number; y: number; width: number } => {
    const { left, top, width } = element.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top, width: Math.max(1, width) }
  }
  const wheel = (event: WheelEvent): void => {
    const { x, width } = at(event)
    const line = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    const [across, down] = [event.deltaX * line, event.deltaY * line]
    // Pinching a trackpad comes as a wheel with Ctrl. A plain wheel scrolls, as everywhere.
    if (event.ctrlKey || event.metaKey) moves.zoom(Math.exp(down * PER_PX), x / width)
    else if (event.shiftKey) moves.move((across || down) / width, 0)
    else if (Math.abs(across) > Math.abs(down)) moves.move(across / width, 0)
    else return
    event.preventDefault()
  }
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return
    if (pointers.size === 0) travelled = 0
    pointers.set(event.pointerId, at(event))
  }
  const drag = (event: PointerEvent): void => {
    const here = at(event)
    const before = pointers.get(event.pointerId)
    if (before === undefined) return moves.hover(here.x, here.y)
    travelled += Math.abs(here.x - before.x) + Math.abs(here.y - before.y)
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
    pointers.set(event.pointerId, here)
    if (travelled <= STILL_MAX) return
    if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId)
    if (other === undefined) {
      const scrolls = event.pointerType === 'mouse' ? before.y - here.y : 0
      return moves.move((before.x - here.x) / here.width, scrolls)
    }
    const [was, is] = [Math.abs(before.x - other.x), Math.abs(here.x - other.x)]
    if (was > 8 && is > 8) moves.zoom(was / is, (here.x + other.x) / 2 / here.width)
  }
  const up = (event: PointerEvent): void => {
    const known = pointers.delete(event.pointerId)
    const { x, y } = at(event)
    const still = travelled <= STILL_MAX && event.type === 'pointerup'
    if (known && still && pointers.size === 0) moves.click(x, y)
  }
  element.addEventListener('wheel', wheel, { signal, passive: false })
  element.addEventListener('pointerdown', down, { signal })
  element.addEventListener('pointermove', drag, { signal })
  element.addEventListener('pointerup', up, { signal })
  element.addEventListener('pointercancel', up, { signal })
  element.addEventListener('pointerleave', () => moves.leave(), { signal })
  return () => leaving.abort()
}
