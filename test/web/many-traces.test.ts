/** The list over a store of 100,000 traces: one page in the document, whatever is below it. */

import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { dashboard, visit } from './browser.ts'

const MANY = 100_000
const GROUP = 1_000
const hex = (digits: number, value: number): string => value.toString(16).padStart(digits, '0')

/** One in 5,000 failed. */
const spanOf = (at: number, firstUs: number) => ({
  ...{ trace: hex(32, at + 1), span: hex(16, 1), source: { kind: 'key', by: 'many' } as const },
  ...{ kind: 'agent' as const, name: `run ${at}`, agent: 'crowd' },
  ...{ startUs: firstUs + at * 10, endUs: firstUs + at * 10 + 5 },
  status: at % 5_000 === 7 ? ('error' as const) : ('ok' as const)
})

const names = (page: Page): Promise<string[]> => page.locator('.open-trace').allInnerTexts()
const runs = (from: number): string[] => Array.from({ length: 50 }, (_, at) => `run ${from - at}`)

test('pages, a rare word and a rare condition among 100,000 traces', async () => {
  const it = await dashboard()
  const firstUs = (it.clock.now() - 3_600_000) * 1_000
  for (let from = 0; from < MANY; from += GROUP) {
    const spans = Array.from({ length: GROUP }, (_, at) => spanOf(from + at, firstUs))
    await it.observer.store.ingest([{ spans, handoffs: [], facts: [] }])
  }
  const page = await visit(it)
  await expect.poll(() => names(page)).toEqual(runs(99_999))
  const elements = await page.locator('*').count()
  for (const newest of [99_949, 99_899, 99_849]) {
    await page.keyboard.press('n')
    await expect.poll(() => names(page)).toEqual(runs(newest))
  }
  for (const newest of [99_899, 99_949, 99_999]) {
    await page.keyboard.press('p')
    await expect.poll(() => names(page)).toEqual(runs(newest))
  }
  expect(await page.locator('*').count()).toBeLessThan(elements * 1.1)
  const failed = Array.from({ length: 20 }, (_, at) => `run ${95_007 - at * 5_000}`)
  await page.goto(`${it.door.url}/?q=status%3Aerror`)
  await expect.poll(() => names(page)).toEqual(failed)
  await page.goto(`${it.door.url}/?q=77777`)
  await expect.poll(() => names(page), { timeout: 15_000 }).toEqual(['run 77777'])
})
