/** The list of traces as a person uses it: searched, paged, live, by keyboard, on a phone. */

import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { NDJSON } from '../gateway/observed.ts'
import type { Observed } from '../gateway/observed.ts'
import { expectAccessible } from './axe.ts'
import { dashboard, PHONE, visit } from './browser.ts'
import { expectFits } from './fits.ts'
import { settled } from './settled.ts'

const hex = (digits: number, value: number): string => value.toString(16).padStart(digits, '0')
const PAGE = 50

/** One trace of one span; a higher number is newer. */
const line = (at: number, nowMs: number, more: object = {}) => ({
  ...{ type: 'span', trace: hex(32, at + 1), span: hex(16, at + 1), name: `run ${at}` },
  ...{ agent: at % 2 === 0 ? 'even' : 'odd', kind: 'agent' },
  ...{ start: nowMs - 3_600_000 + at * 10, end: nowMs - 3_600_000 + at * 10 + 2_000, ...more }
})

/** Traces `run 0` to the last, an hour ago. */
async function filled(count: number): Promise<Observed> {
  const it = await dashboard()
  const now = it.clock.now()
  const all = Array.from({ length: count }, (_, at) => line(at, now))
  for (let at = 0; at < count; at += 500) await it.tell(...all.slice(at, at + 500))
  return it
}

const searchFor = (q: string): string => `/?q=${encodeURIComponent(q)}`
const names = (page: Page): Promise<string[]> => page.locator('.open-trace').allInnerTexts()
const runs = (from: number, to: number): string[] =>
  Array.from({ length: from - to + 1 }, (_, at) => `run ${from - at}`)
const showsFrom = (page: Page, name: string) =>
  expect.poll(async () => (await names(page))[0], { timeout: 15_000 }).toBe(name)

test('through thousands of traces by pages, and back: no gap, few rows, a place in the address', async () => {
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

test('a row says how it ended, who was in it, how much it took, and how sure its cost is', async () => {
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

test('a search stands in the address, and fields and values are suggested to the keyboard', async () => {
  const it = await filled(20)
  const page = await visit(it)
  await showsFrom(page, 'run 19')
  const line = page.getByRole('combobox', { name: 'Search traces' })
  await page.keyboard.press('/')
  await page.locator('#search:focus').waitFor()
  await page.keyboard.type('ag')
  await page.getByRole('option', { name: 'agent:' }).waitFor()
  expect(await line.getAttribute('aria-expanded')).toBe('true')
  await page.keyboard.press('ArrowDown')
  const chosen = page.getByRole('option', { selected: true })
  expect(await line.getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'))
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: 'agent:odd' }).waitFor()
  await page.keyboard.type('od')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  expect(await line.inputValue()).toBe('agent:odd ')
  await page.keyboard.press('Enter')
  await expect.poll(() => new URL(page.url()).search).toBe('?q=agent%3Aodd')
  await expect.poll(() => names(page)).toEqual(runs(19, 0).filter((_, at) => at % 2 === 0))
  await page.goBack()
  await expect.poll(async () => (await names(page)).length).toBe(20)
  expect(await line.inputValue()).toBe('')
  expect(await page.getByRole('listbox').count()).toBe(0)
})

test('Escape closes the suggestions and then leaves the line; the pointer can choose too', async () => {
  const page = await visit(await filled(2))
  await showsFrom(page, 'run 1')
  const line = page.getByRole('combobox', { name: 'Search traces' })
  await line.fill('sta')
  await page.getByRole('option', { name: 'status:' }).click()
  await page.getByRole('option', { name: 'status:error' }).waitFor()
  await page.keyboard.press('Escape')
  expect(await line.getAttribute('aria-expanded')).toBe('false')
  expect(await line.inputValue()).toBe('status:')
  await page.keyboard.press('Escape')
  expect(await page.locator('#search:focus').count()).toBe(0)
})

test('what is not understood is pointed out, and what was meant is one click away', async () => {
  const it = await filled(4)
  const page = await visit(it, { path: searchFor('run agnt:odd') })
  const told = page.getByRole('alert')
  await told.getByText('At character 5: There is no field “agnt”. Was it agent?').waitFor()
  expect(await told.locator('mark').innerText()).toBe('agnt:odd')
  expect(await names(page)).toEqual([])
  const line = page.getByRole('combobox', { name: 'Search traces' })
  expect(await line.getAttribute('aria-invalid')).toBe('true')
  await expectAccessible(page)
  await told.getByRole('link').click()
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('run agent:odd')
  await expect.poll(() => names(page), { timeout: 15_000 }).toEqual(['run 3', 'run 1'])
})

test('a search that finds nothing says which condition to drop', async () => {
  const it = await filled(4)
  const page = await visit(it, { path: searchFor('agent:odd cost>5') })
  await page.getByRole('heading', { name: 'No trace fits this search' }).waitFor()
  await page.getByText('There are traces when you drop one condition:').waitFor()
  expect(await page.getByRole('link', { name: /^Drop/ }).allInnerTexts()).toEqual(['Drop cost>5'])
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Drop cost>5' }).click()
  await showsFrom(page, 'run 3')
  await page.goBack()
  await page.getByRole('link', { name: 'Show all traces' }).click()
  await expect.poll(async () => (await names(page)).length).toBe(4)
})

test('a search is kept under a name, renamed, and removed', async () => {
  const it = await filled(4)
  const page = await visit(it, { path: '/?q=agent%3Aodd' })
  await showsFrom(page, 'run 3')
  await page.getByRole('button', { name: 'Save this search' }).click()
  await page.getByRole('textbox', { name: 'Name of this search' }).fill('<b>mine</b> \u202Edlo')
  await page.keyboard.press('Enter')
  await page.goto(it.door.url)
  await page.reload()
  const chip = page.getByRole('link', { name: '<b>mine</b>' })
  expect(await chip.getAttribute('aria-current')).toBeNull()
  await chip.click()
  await expect.poll(() => new URL(page.url()).search).toBe('?q=agent%3Aodd')
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name of this search' }).fill('odd ones')
  await page.getByRole('button', { name: 'Save' }).click()
  const renamed = page.getByRole('link', { name: 'odd ones' })
  expect(await renamed.getAttribute('aria-current')).toBe('page')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Remove' }).click()
  await renamed.waitFor({ state: 'detached' })
  await page.reload()
  await showsFrom(page, 'run 3')
  expect(await page.getByRole('link', { name: 'odd ones' }).count()).toBe(0)
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

test('how to search is told with examples that can be taken', async () => {
  const page = await visit(await filled(3))
  await showsFrom(page, 'run 2')
  await page.getByRole('button', { name: 'How to search' }).click()
  const help = page.getByRole('dialog', { name: 'How to search' })
  await help.getByText('took>2s').waitFor()
  await expectAccessible(page)
  await help.getByRole('link', { name: 'status:error since:24h' }).click()
  await help.waitFor({ state: 'hidden' })
  expect(new URL(page.url()).searchParams.get('q')).toBe('status:error since:24h')
})

test('new traces come in at the top, and those that change are shown as they are by now', async () => {
  const it = await filled(3)
  const page = await visit(it)
  await showsFrom(page, 'run 2')
  const now = it.clock.now()
  // One producer: two of them would tell of two spans.
  const key = it.key(['ingest'])
  const headers = { 'content-type': NDJSON }
  const tell = (one: object) => it.ask('/api/ingest', { key, headers, body: JSON.stringify(one) })
  await tell(line(9, now, { end: undefined }))
  await showsFrom(page, 'run 9')
  const row = page.getByRole('row').filter({ hasText: 'run 9' })
  await row.getByText('running').waitFor()
  await tell(line(9, now))
  await row.getByText('ok').waitFor()
  await row.getByText('2 s').waitFor()
})

test('who reads further down is told of what is new, and nothing jumps', async () => {
  const it = await filled(PAGE)
  const page = await visit(it)
  await showsFrom(page, 'run 49')
  const row = page.getByRole('link', { name: 'run 20', exact: true })
  await page.evaluate('scrollTo(0, 500)')
  await settled(page)
  const before = await row.boundingBox()
  const now = it.clock.now()
  await it.tell(
    ...Array.from({ length: 12 }, (_, at) => line(100 + at, now)),
    line(20, now + 1, {})
  )
  const button = page.getByRole('button', { name: '12 new' })
  await button.waitFor()
  expect(await row.boundingBox()).toEqual(before)
  expect((await names(page))[0]).toBe('run 49')
  await button.click()
  await showsFrom(page, 'run 111')
  expect(await page.evaluate<number>('scrollY')).toBe(0)
  await button.waitFor({ state: 'detached' })
})

test('on a later page what is new is counted too, and only what the search finds', async () => {
  const it = await filled(PAGE * 3)
  const page = await visit(it, { path: '/?q=agent%3Aodd' })
  await showsFrom(page, 'run 149')
  await page.getByRole('link', { name: 'Older' }).click()
  await showsFrom(page, 'run 49')
  // The page has looked at what is newest, from which on it counts.
  await settled(page)
  await page.waitForResponse((answer) => !answer.url().includes('after=') && answer.ok())
  const now = it.clock.now()
  // And what changes here is shown, though another producer tells of it.
  const changed = line(49, now, { error: { code: 'TIMEOUT', message: 'too late' } })
  await it.tell(...Array.from({ length: 6 }, (_, at) => line(200 + at, now)), changed)
  await page.getByRole('button', { name: '3 new' }).waitFor()
  const row = page.getByRole('row').filter({ hasText: 'run 49' })
  await expect.poll(() => row.getByRole('cell').nth(6).innerText()).toBe('1')
  await page.getByRole('button', { name: '3 new' }).click()
  await showsFrom(page, 'run 205')
  expect(new URL(page.url()).search).toBe('?q=agent%3Aodd')
})

test('paused, nothing moves until it goes on', async () => {
  const it = await filled(3)
  const page = await visit(it)
  await showsFrom(page, 'run 2')
  const pause = page.getByRole('button', { name: 'Pause' })
  await pause.click()
  expect(await pause.getAttribute('aria-pressed')).toBe('true')
  expect(new URL(page.url()).searchParams.get('live')).toBe('off')
  await it.tell(line(9, it.clock.now()))
  await page.getByRole('button', { name: '1 new' }).waitFor()
  expect((await names(page))[0]).toBe('run 2')
  await pause.click()
  await showsFrom(page, 'run 9')
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
