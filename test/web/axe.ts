/**
 * axe-core on a page as it stands, in light and in dark: what it finds fails the test, told so that
 * one can mend it without running axe by hand.
 */

import axe from 'axe-core'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Elements told of one rule, count. */
const SHOWN_MAX = 5

/**
 * No violation of WCAG 2.2 A and AA, nor of axe's best practices, in both themes. Call it when the
 * view stands: what still loads is judged as it is.
 */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsIn(page)).toEqual([])
}

/** One line for each, as `theme: rule (what it asks for) at element: why`. */
export async function violationsIn(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page)
  try {
    // The page's policy forbids scripts of others; the developer tools may bring theirs.
    await session.send('Runtime.evaluate', { expression: axe.source })
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const { result } = await session.send('Runtime.evaluate', {
        ...{ expression: RUN, awaitPromise: true, returnByValue: true }
      })
      const { violations } = result.value as Pick<AxeResults, 'violations'>
      for (const violation of violations) found.push(...told(violation, colorScheme))
    }
    return found
  } finally {
    await page.emulateMedia({ colorScheme: null, reducedMotion: null })
    await session.detach()
  }
}

const RUN = 'axe.run(document, { resultTypes: ["violations"], elementRef: false })'

function told({ id, help, nodes }: AxeResults['violations'][number], theme: string): string[] {
  return nodes.slice(0, SHOWN_MAX).map(({ target, html, any, all, none }) => {
    const why = [...any, ...all, ...none].map(({ message }) => message).join('; ')
    return `${theme}: ${id} (${help}) at ${target.join(' ')}: ${why} ${html.slice(0, 200)}`
  })
}
