/** A list of traces for the browser: filled, and read back. */

import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import type { Observed } from '../gateway/observed.ts'
import { dashboard } from './browser.ts'

export const hex = (digits: number, value: number): string =>
  value.toString(16).padStart(digits, '0')
export const PAGE = 50

/** One trace of one span; a higher number is newer. */
export const line = (at: number, nowMs: number, more: object = {}) => ({
  ...{ type: 'span', trace: hex(32, at + 1), span: hex(16, at + 1), name: `run ${at}` },
  ...{ agent: at % 2 === 0 ? 'even' : 'odd', kind: 'agent' },
  ...{ start: nowMs - 3_600_000 + at * 10, end: nowMs - 3_600_000 + at * 10 + 2_000, ...more }
})

/** Traces `run 0` to the last, an hour ago. */
export async function filled(count: number): Promise<Observed> {
  const it = await dashboard()
  const now = it.clock.now()
  const all = Array.from({ length: count }, (_, at) => line(at, now))
  for (let at = 0; at < count; at += 500) await it.tell(...all.slice(at, at + 500))
  return it
}

export const searchFor = (q: string): string => `/?q=${encodeURIComponent(q)}`
export const names = (page: Page): Promise<string[]> => page.locator('.open-trace').allInnerTexts()
export const runs = (from: number, to: number): string[] =>
  Array.from({ length: from - to + 1 }, (_, at) => `run ${from - at}`)
export const showsFrom = (page: Page, name: string) =>
  expect.poll(async () => (await names(page))[0], { timeout: 15_000 }).toBe(name)
