import type { Page } from 'playwright-core'

/** Whether somebody sees a page: without windows all of them take themselves for seen. */
export const see = (page: Page, isSeen: boolean): Promise<unknown> =>
  page.evaluate(`{
    Object.defineProperty(document, 'hidden', { value: ${!isSeen}, configurable: true })
    const value = '${isSeen ? 'visible' : 'hidden'}'
    Object.defineProperty(document, 'visibilityState', { value, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }`)
