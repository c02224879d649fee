/** Searching the list of traces: by keyboard and pointer, with what is wrong and what is kept. */

import { expect, test } from 'vitest'
import { expectAccessible } from './axe.ts'
import { visit } from './browser.ts'
import { expectFits } from './fits.ts'
import { filled, line, names, PAGE, runs, searchFor, showsFrom } from './listed.ts'
import { settled } from './settled.ts'

test('a search stands in the address; fields and values are suggested to the keyboard', async () => {
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

test('Escape closes suggestions, then leaves the line; the pointer can choose too', async () => {
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

test('what else was kept under the same name is no saved search, and breaks nothing', async () => {
  const page = await visit(await filled(1))
  const junk = [null, 5, { name: 'no search' }, { name: '', q: 'x' }, { name: 'one', q: 'run' }]
  for (const kept of ['{"broken', '"text"', JSON.stringify(junk)]) {
    await page.evaluate(`localStorage.setItem('peerwork.views', ${JSON.stringify(kept)})`)
    await page.reload()
    await showsFrom(page, 'run 0')
  }
  const views = page.getByRole('navigation', { name: 'Saved searches' })
  expect(await views.getByRole('link').allInnerTexts()).toEqual(['one'])
})

test('names of agents are suggested as text, whatever is in them', async () => {
  const it = await filled(1)
  const agent = '<b class="foreign">x</b> "\u202E\u001B[31m\\'
  await it.tell(line(5, it.clock.now(), { agent }))
  const page = await visit(it)
  await showsFrom(page, 'run 5')
  await page.getByRole('combobox').fill('agent:<')
  await page.getByRole('option').filter({ hasText: 'class=' }).click()
  expect(await page.locator('.foreign').count()).toBe(0)
  await page.keyboard.press('Enter')
  await expect.poll(() => names(page)).toEqual(['run 5'])
  await expectFits(page)
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
