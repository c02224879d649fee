/** The list of traces as a person uses it: by pages, by keyboard, on a phone. */

import { expect, test } from 'vitest'
import { expectAccessible } from './axe.ts'
import { dashboard, PHONE, visit } from './browser.ts'
import { expectFits } from './fits.ts'
import { filled, hex, line, names, PAGE, runs, showsFrom } from './listed.ts'

test('pages lead through thousands of traces and back, and each has its address', async () => {
  const it = await filled(2_000)
  const page = await visit(it)
  await showsFrom(page, 'run 1999')
  const older = page.getByRole('link', { name: 'Older' })
  const newer = page.getByRole('link', { name: 'Newer' })
  expect(await newer.count()).toBe(0)
  for (let at = 1; at <= 3; at++) {
    await older.click()
    await showsFrom(page, `run ${1_999 - at * PAGE}`)
    expect(await names(page)).toEqual(runs(1_999 - at * PAGE, 1_950 - at * PAGE))
  }
  // An address that somebody was sent shows the same, and leads on both ways.
  const other = await visit(it, { path: new URL(page.url()).pathname + new URL(page.url()).search })
  await showsFrom(other, 'run 1849')
  await other.getByRole('link', { name: 'Newer' }).click()
  await showsFrom(other, 'run 1899')
  expect(await names(other)).toEqual(runs(1_899, 1_850))
  // Steps are undone one by one.
  await page.goBack()
  await showsFrom(page, 'run 1899')
  await page.goForward()
  await showsFrom(page, 'run 1849')
  for (const name of ['run 1899', 'run 1949', 'run 1999']) {
    await newer.click()
    await showsFrom(page, name)
  }
  await expect.poll(() => new URL(page.url()).search).toBe('')
  expect((await names(page)).length).toBe(PAGE)
})

test('the last page says so', async () => {
  const page = await visit(await filled(PAGE + 3))
  await page.getByRole('link', { name: 'Older' }).click()
  await page.getByText('These are the oldest.').waitFor()
  expect(await names(page)).toEqual(runs(2, 0))
  await page.getByRole('link', { name: 'Newest' }).click()
  await showsFrom(page, `run ${PAGE + 2}`)
})

test('a row says how it ended, who was in it, what it took, and how sure its cost is', async () => {
  const it = await dashboard()
  const now = it.clock.now()
  await it.tell(
    line(1, now, { cost: 0.25, tokens: { input: 1_200, output: 34 }, kind: 'model' }),
    line(2, now, { error: { code: 'TIMEOUT', message: 'too late' } }),
    line(3, now, { end: undefined }),
    line(4, now, { kind: 'model', model: 'never-heard-of', tokens: { input: 5 } })
  )
  await it.observer.store.pin(hex(32, 2), true)
  const page = await visit(it)
  const row = (name: string) => page.getByRole('row').filter({ hasText: name })
  const cell = async (name: string, column: number): Promise<string> =>
    (await row(name).getByRole('cell').nth(column).innerText()).trim()
  await row('run 1').waitFor()
  expect(await cell('run 1', 0)).toBe('✓ ok')
  expect(await cell('run 1', 2)).toBe('odd')
  expect(await cell('run 1', 4)).toBe('2 s')
  expect(await cell('run 1', 7)).toBe('1,234')
  expect(await cell('run 1', 8)).toBe('$0.25')
  expect(await cell('run 1', 9)).toBe('pinned')
  expect(await cell('run 2', 0)).toBe('✕ failed')
  expect(await cell('run 2', 6)).toBe('1')
  expect(await cell('run 3', 0)).toBe('… running')
  expect(await cell('run 3', 4)).toMatch(/^1 h \d min so far$/)
  expect(await cell('run 4', 8)).toBe('unknown')
  expect(await cell('run 4', 3)).toMatch(/^1 h ago|^\d\d min ago/)
  const exact = await row('run 4').locator('time').getAttribute('title')
  expect(exact).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
})

test('j and k go from trace to trace, Enter opens, and back one stands where one was', async () => {
  const page = await visit(await filled(40))
  await showsFrom(page, 'run 39')
  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.innerText')
  for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key)
  expect(await focused()).toBe('run 38')
  for (let at = 0; at < 36; at++) await page.keyboard.press('j')
  expect(await focused()).toBe('run 2')
  const scrolled = await page.evaluate<number>('scrollY')
  expect(scrolled).toBeGreaterThan(100)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'run 2' }).waitFor()
  await page.goBack()
  await expect.poll(focused).toBe('run 2')
  await expect.poll(() => page.evaluate<number>('scrollY')).toBe(scrolled)
})

test('the keys are told, and can be switched off', async () => {
  const page = await visit(await filled(3))
  await showsFrom(page, 'run 2')
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: 'Keys of this page' })
  await dialog.getByText('the next trace').waitFor()
  await expectAccessible(page)
  await dialog.getByRole('checkbox', { name: 'Use these keys' }).uncheck()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await page.keyboard.press('?')
  await page.keyboard.press('j')
  expect(await dialog.isVisible()).toBe(false)
  expect(await page.locator('.open-trace:focus').count()).toBe(0)
})

test('an address that no page gave is a failure with a way out', async () => {
  const page = await visit(await filled(2), { path: '/?after=made-up' })
  await page.getByRole('alert').getByText('is not the `next` of a page').waitFor()
  await page.getByRole('link', { name: 'Newest traces' }).click()
  await showsFrom(page, 'run 1')
})

test('on a phone a trace is a card that fits, and still a row of a table', async () => {
  const it = await filled(5)
  const wide = 'W'.repeat(400)
  await it.tell(line(9, it.clock.now(), { name: wide, agent: wide, cost: 1, kind: 'model' }))
  const page = await visit(it, { viewport: PHONE })
  await showsFrom(page, wide)
  await expectFits(page)
  expect(await page.getByRole('row').count()).toBe(7)
  expect(await page.getByRole('columnheader').count()).toBe(10)
  await expectAccessible(page)
  const card = page.getByRole('row').filter({ hasText: 'run 4' })
  // Anywhere on the card.
  await card.click({ position: { x: 300, y: 60 } })
  await page.getByRole('heading', { name: 'run 4' }).waitFor()
})

test('the list is accessible as it stands', async () => {
  const page = await visit(await filled(5))
  await showsFrom(page, 'run 4')
  await expectAccessible(page)
  await page.getByRole('combobox').fill('st')
  await page.getByRole('option').first().waitFor()
  await expectAccessible(page)
})
