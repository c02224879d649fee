/**
 * A real Chromium, signed in to a real observer. A violation of the policy, an error in the page's
 * console or one that nobody caught fails the test that caused it.
 */

import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, expect, onTestFinished } from 'vitest'
import { findChromium } from '../../tools/chromium.ts'
import { observed } from '../gateway/observed.ts'
import type { Observed } from '../gateway/observed.ts'

/** How long a part of a page may take to come, ms: for hangs, not for speed. */
const WAIT_MS_MAX = 15_000
export const DESK = { width: 1280, height: 800 } as const
export const PHONE = { width: 390, height: 844 } as const

let browser: Promise<Browser> | undefined

afterAll(async () => {
  await (await browser)?.close()
  browser = undefined
})

export interface Visit extends BrowserContextOptions {
  /** What to open; the list by default. */
  readonly path?: string
  /** Not signed in. */
  readonly stranger?: boolean
}

/** Open the dashboard of an observer. Everything is closed when the test ends. */
export async function visit(it: Observed, options: Visit = {}): Promise<Page> {
  const { path = '/', stranger = false, ...rest } = options
  browser ??= chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] })
  const context = await (await browser).newContext({ viewport: DESK, ...rest })
  context.setDefaultTimeout(WAIT_MS_MAX)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    // That an answer was a refusal is told by the page itself.
    const expected = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !expected) faults.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    expect([...new Set(faults)]).toEqual([])
  })
  if (!stranger) await page.goto(it.door.signInLink())
  await page.goto(it.door.url + path)
  return page
}

/** An observer for the browser to look at. */
export async function dashboard(): Promise<Observed> {
  const it = await observed()
  onTestFinished(() => it[Symbol.asyncDispose]())
  return it
}
