/** Whether a page keeps within its window: wide content scrolls in its own box, never the page. */

import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Names of elements told, count. */
const TOLD_MAX = 5

/** What makes the page wider than the window, as far as it is not within a box that scrolls. */
const WIDE = `(() => {
  const page = document.documentElement
  if (page.scrollWidth <= page.clientWidth) return []
  // What is placed absolutely is cut only by a box that is placed as well.
  const isBoxed = (one) => {
    let isFree = getComputedStyle(one).position === 'absolute'
    for (let up = one.parentElement; up !== null && up !== document.body; up = up.parentElement) {
      const { overflowX, position } = getComputedStyle(up)
      if (isFree && position === 'static') continue
      if (overflowX !== 'visible') return true
      isFree = position === 'absolute'
    }
    return false
  }
  const wide = [...document.querySelectorAll('body *')].filter(
    (one) => one.getBoundingClientRect().right > page.clientWidth + 1 && !isBoxed(one)
  )
  const nameOf = (one) => one.tagName + '.' + one.className
  const told = wide.map((one) => nameOf(one) + ': ' + one.textContent.slice(0, 40))
  return ['the page is ' + page.scrollWidth + ' px wide', ...told.slice(0, ${TOLD_MAX})]
})()`

export async function expectFits(page: Page): Promise<void> {
  expect(await tooWideIn(page)).toEqual([])
}

/** How wide the page is, and what makes it so; empty when it fits. */
export const tooWideIn = (page: Page): Promise<readonly string[]> =>
  page.evaluate<readonly string[]>(WIDE)
