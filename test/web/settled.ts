/** A view that has loaded: no skeleton is left, and nothing moves for two frames. */

import type { Page } from 'playwright-core'

const FRAMES = `new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => done(true)))
})`

export async function settled(page: Page): Promise<void> {
  await page.locator('main > *').first().waitFor({ state: 'attached' })
  await page.locator('.loading').first().waitFor({ state: 'detached' })
  await page.evaluate<boolean>(FRAMES)
}
