/**
 * Coming back to the list by the back button: it stands as it was left, at the same row, while it
 * is loaded anew.
 */

import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import { cameBack } from '../route.ts'
import type { TracePage } from '../types.ts'

/** Pages that are remembered, count: the last steps. */
const PAGES_MAX = 20

interface Left {
  readonly page: TracePage
  /** px */
  scrolled: number
  /** Address of the row that had the focus. */
  row: string | undefined
}

const left = new Map<string, Left>()
/** @param key which page of which search it is */
export function useReturn(key: string, list: RefObject<HTMLElement | null>) {
  const known = left.get(key)
  const keep = (page: TracePage | undefined): void => {
    if (page === undefined) return
    const { scrolled = 0, row } = left.get(key) ?? {}
    left.delete(key)
    left.set(key, { page, scrolled, row })
    const [oldest] = left.keys()
    if (left.size > PAGES_MAX && oldest !== undefined) left.delete(oldest)
  }
  useLayoutEffect(() => {
    const at = left.get(key)
    if (!cameBack() || at === undefined) return
    const rows = list.current?.querySelectorAll<HTMLElement>('.open-trace') ?? []
    const row = [...rows].find((one) => one.getAttribute('href') === at.row)
    row?.focus({ preventScroll: true })
    scrollTo(0, at.scrolled)
  }, [key])
  useEffect(() => {
    const here = whereIs()
    const scroll = (): void => {
      const at = left.get(key)
      // Whoever goes elsewhere begins at the top there, while this still stands.
      if (at !== undefined && whereIs() === here) at.scrolled = scrollY
    }
    const focus = ({ target }: FocusEvent): void => {
      const at = left.get(key)
      if (at !== undefined && target instanceof HTMLElement) {
        at.row = target.getAttribute('href') ?? undefined
      }
    }
    const box = list.current
    addEventListener('scroll', scroll, { passive: true })
    box?.addEventListener('focusin', focus)
    return () => {
      removeEventListener('scroll', scroll)
      box?.removeEventListener('focusin', focus)
    }
  }, [key])
  return { known: known?.page, keep }
}

/** What of the address says which page it is. */
function whereIs(): string {
  const query = new URLSearchParams(location.search)
  const parts = ['q', 'after', 'before'].map((name) => query.get(name))
  return JSON.stringify([location.pathname, ...parts])
}
