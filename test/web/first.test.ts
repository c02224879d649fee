/** The first minutes of a new user: an empty observer, a first trace in three ways, a sample. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { SPAN, TRACE } from '../gateway/observed.ts'
import { expectAccessible } from './axe.ts'
import { dashboard, PHONE, visit } from './browser.ts'
import { expectFits } from './fits.ts'

const run = promisify(execFile)

test('the line for curl works as it was copied, and the page turns into the list', async () => {
  const it = await dashboard()
  const page = await visit(it, { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.getByRole('heading', { name: 'No traces yet' }).waitFor()
  expect(await page.getByRole('button', { name: 'Copy the line for curl' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Make a key' }).click()
  const copy = page.getByRole('button', { name: 'Copy the line for curl' })
  await copy.click()
  await page.getByText('Copied', { exact: true }).waitFor()
  const line = await page.evaluate<string>('navigator.clipboard.readText()')
  const { stdout } = await run('sh', ['-c', line])
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 1, rejected: 0 })
  await page.getByRole('link', { name: 'hello' }).waitFor()
  expect(await page.getByRole('heading', { name: 'No traces yet' }).count()).toBe(0)
})

test('a key stays in sight when a trace arrives, until it was taken', async () => {
  const it = await dashboard()
  const page = await visit(it, { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByText('it is shown until you have it').waitFor()
  await it.tell({ type: 'span', trace: TRACE, span: SPAN, name: 'mine', start: 1e12 })
  await page.getByRole('link', { name: 'mine' }).waitFor()
  const kept = page.getByRole('region', { name: 'The key you made' })
  // The list is whole beside it.
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await kept.getByRole('button', { name: 'Copy the key' }).click()
  await kept.getByText('Copied', { exact: true }).waitFor()
  const key = await page.evaluate<string>('navigator.clipboard.readText()')
  expect((await it.ask('/v1/traces', { method: 'POST', key })).status).not.toBe(401)
  await expectAccessible(page)
  await page.setViewportSize(PHONE)
  await expectFits(page)
  await page.getByRole('link', { name: 'Network' }).click()
  await page.getByRole('heading', { name: 'Network' }).first().waitFor()
  await page.goBack()
  await kept.getByRole('button', { name: 'I have it' }).press('Enter')
  await kept.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'mine' }).waitFor()
})

test('a key that was taken is not shown again beside the list', async () => {
  const it = await dashboard()
  const page = await visit(it)
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByRole('button', { name: 'I have it' }).click()
  await page.getByText('it is not shown again').waitFor()
  await it.tell({ type: 'span', trace: TRACE, span: SPAN, name: 'mine', start: 1e12 })
  await page.getByRole('link', { name: 'mine' }).waitFor()
  expect(await page.getByRole('region', { name: 'The key you made' }).count()).toBe(0)
})

test('the sample is loaded with one click, and removed with another', async () => {
  const it = await dashboard()
  const page = await visit(it)
  await page.getByRole('button', { name: 'Load the sample' }).click()
  const links = page.getByRole('link', { name: 'plan a trip' })
  await links.first().waitFor()
  expect(await links.count()).toBe(6)
  await page.getByRole('link', { name: 'Open it' }).click()
  await page.getByText('FARE_EXPIRED').first().waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'Remove the sample' }).click()
  await page.getByRole('heading', { name: 'No traces yet' }).waitFor()
  expect((await it.observer.store.size()).traces).toBe(0)
})

test('who may only look is shown the sample, and no way to remove it', async () => {
  const it = await dashboard()
  await it.ask('/api/v1/sample', { method: 'POST', key: it.key(['admin']) })
  const extraHTTPHeaders = { authorization: `Bearer ${it.key(['read'])}` }
  const page = await visit(it, { stranger: true, extraHTTPHeaders })
  await page.getByRole('link', { name: 'Open it' }).waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'Remove the sample' }).count()).toBe(0)
})

test('who has traces sees nothing of first minutes, and no notice of a sample', async () => {
  const it = await dashboard()
  await it.tell({ type: 'span', trace: TRACE, span: SPAN, name: 'mine', start: 1e12 })
  const page = await visit(it)
  await page.getByRole('link', { name: 'mine' }).waitFor()
  expect(await page.getByRole('heading', { name: 'No traces yet' }).count()).toBe(0)
  expect(await page.getByRole('complementary', { name: 'Sample' }).count()).toBe(0)
})

test.each([['desk', {}] as const, ['phone', { viewport: PHONE }] as const])(
  'the empty page and the notice are accessible, and fit: %s',
  async (_, options) => {
    const page = await visit(await dashboard(), options)
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByText('The key stands in the lines below').waitFor()
    await expectAccessible(page)
    await expectFits(page)
    await page.getByRole('button', { name: 'Load the sample' }).click()
    await page.getByRole('button', { name: 'Remove the sample' }).waitFor()
    await expectAccessible(page)
    await expectFits(page)
  }
)

test('a new user finds what failed, and why, by keyboard alone', async () => {
  const page = await visit(await dashboard())
  const keys = async (...all: readonly string[]): Promise<void> => {
    for (const key of all) await page.keyboard.press(key)
  }
  await page.getByRole('button', { name: 'Load the sample' }).press('Enter')
  await page.getByText('Open it, and find out why').waitFor()
  // The second of the list is the one that says that it failed.
  await keys('j', 'j', 'Enter')
  const broke = page.getByRole('complementary', { name: 'Where it broke' })
  await broke.getByText('FARE_EXPIRED').waitFor()
  expect(await broke.innerText()).toContain('was valid for 30 s')
  await broke.getByRole('link', { name: 'flights.book' }).press('Enter')
  await page.getByRole('heading', { name: 'flights.book' }).waitFor()
  await page.getByRole('link', { name: 'What differs' }).press('Enter')
  await page.getByRole('heading', { name: 'Where they part' }).waitFor()
})
