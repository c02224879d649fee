import { expect, test } from 'vitest'
import { keptDoor } from '../gateway/kept.ts'
import { BROKEN_RUN } from '../gateway/samples.ts'
import { bytesOf } from '../../web/src/settings/bytes.ts'
import { expectAccessible } from './axe.ts'
import { dashboard, PHONE, visit } from './browser.ts'
import { expectFits } from './fits.ts'

test('a key is made, shown once with a line that works, and revoked after a warning', async () => {
  const it = await dashboard()
  const page = await visit(it, { path: '/settings' })
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByRole('button', { name: 'Make the key' }).click()
  await page.getByText('is needed', { exact: true }).waitFor()
  const name = page.getByLabel('Name')
  await page.locator(':focus').and(name).waitFor()
  await name.fill('owner')
  await page.getByRole('button', { name: 'Make the key' }).click()
  await page.getByText('"owner" is no name for a key').waitFor()
  await name.fill('my app')
  await page.getByLabel('Valid').selectOption('30')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Make the key' }).click()
  const shown = page.getByRole('dialog', { name: 'The new key' })
  const key = await shown.getByLabel('the key', { exact: true }).innerText()
  const line = await shown.getByLabel('the line', { exact: true }).innerText()
  expect(line).toContain(`Authorization: Bearer ${key}`)
  await expectAccessible(page)
  const body = /--data-binary '([^']+)'/.exec(line)?.[1] ?? ''
  const headers = { 'content-type': 'application/x-ndjson' }
  const send = () => it.ask('/api/ingest', { key, headers, body })
  expect((await send()).json()).toMatchObject({ accepted: 1, rejected: 0 })
  await shown.getByRole('button', { name: 'I have it' }).click()
  expect(await page.locator('body').innerText()).not.toContain(key)

  await page.getByRole('row', { name: /my app ingest ✓ until 20/ }).waitFor()
  await page.getByRole('button', { name: 'Revoke my app' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke this key?' })
  await dialog.getByText('Programs that send traces with it are refused').waitFor()
  await dialog.getByText(/It was (never used|used last)/).waitFor()
  await dialog.getByRole('button', { name: 'Revoke the key' }).click()
  await page.getByRole('row', { name: /my app.*revoked/ }).waitFor()
  expect((await send()).status).toBe(401)
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('row', { name: /owner revoked the key my app/ }).waitFor()
  await expectAccessible(page)
})

test('the audit log goes back page by page', async () => {
  const it = await dashboard()
  for (let at = 0; at < 55; at++) it.key(['read'], `key number ${at}`)
  const page = await visit(it, { path: '/settings?tab=audit' })
  await page.getByRole('row', { name: /key number 54 / }).waitFor()
  await page.getByRole('link', { name: 'Older' }).click()
  await page.getByRole('row', { name: /key number 0 / }).waitFor()
  await page.goBack()
  await page.getByRole('row', { name: /key number 54 / }).waitFor()
})

test('what is kept is shown, with the line that changes it', async () => {
  const { it } = await keptDoor()
  await it.tell(...BROKEN_RUN)
  const page = await visit(it, { path: '/settings?tab=retention', viewport: PHONE })
  const kept = page.getByRole('region', { name: 'How long' })
  await kept.getByText('1 GiB', { exact: true }).waitFor()
  await kept.getByText('no bound').waitFor()
  await kept.getByText('npx peerwork observe --keep-days').waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
  await expectAccessible(page)
})

test('prices are shown, own ones first, and where redaction is set', async () => {
  const page = await visit(await dashboard(), { path: '/settings?tab=prices' })
  const list = page.getByRole('region', { name: 'The built-in list' })
  await list.getByRole('row', { name: /gpt-4o 2024-10-02 \$2.5 \$10 \$1.25 as in/ }).waitFor()
  await page.getByText('There are none: the list below counts.').waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Redaction' }).click()
  await page.getByText('--trace-content <id of this observer>', { exact: false }).first().waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Shares' }).click()
  await page.getByText('No run was shared yet').waitFor()
})

test('own prices are set, changed and removed, and what is wrong is said', async () => {
  const it = await dashboard()
  const page = await visit(it, { path: '/settings?tab=prices' })
  const own = page.getByRole('region', { name: 'Your own prices' })
  await own.getByRole('button', { name: 'New price' }).click()
  const form = page.getByRole('region', { name: 'New price' })
  const set = form.getByRole('button', { name: 'Set the price' })
  const field = (name: string) => form.getByLabel(name, { exact: true })
  await set.click()
  await form.getByText('is needed, unless a provider is named').waitFor()
  await form.getByText('a day is needed').waitFor()
  await page.locator(':focus').and(field('Model')).waitFor()
  await expectAccessible(page)
  await field('Model').fill('house-7b')
  await field('Provider').fill('\u202Eacme')
  await field('From').fill('2026-01-01')
  await field('In').fill('-1')
  await field('Out').fill('0.4')
  await set.click()
  await form.getByText('is no amount: digits, and a point').waitFor()
  await field('In').fill('0.2')
  await set.click()
  const row = (amount: string) =>
    own.getByRole('row').filter({ hasText: 'house-7b' }).filter({ hasText: amount })
  await row('$0.2').waitFor()
  await expectAccessible(page)
  await page.setViewportSize(PHONE)
  await expectFits(page)
  await row('$0.2')
    .getByRole('button', { name: /^Change house-7b at / })
    .click()
  const change = page.getByRole('region', { name: 'Change the price' })
  expect(await change.getByLabel('Model', { exact: true }).isDisabled()).toBe(true)
  await expectFits(page)
  // Where one is stands in the address.
  await page.reload()
  await change.getByLabel('In', { exact: true }).fill('0.3')
  await change.getByRole('button', { name: 'Set the price' }).click()
  await row('$0.3').waitFor()
  expect(it.observer.prices.entries).toEqual([
    { model: 'house-7b', provider: '\u202Eacme', from: '2026-01-01', input: 0.3, output: 0.4 }
  ])
  await row('$0.3')
    .getByRole('button', { name: /^Remove house-7b at / })
    .click()
  const dialog = page.getByRole('dialog', { name: 'Remove this price?' })
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Remove the price' }).click()
  await own.getByText('There are none: the list below counts.').waitFor()
  expect(it.observer.prices.entries).toEqual([])
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('row', { name: /owner removed the price of house-7b at/ }).waitFor()
})

test('who may only read sees prices, and no way to change them', async () => {
  const it = await dashboard()
  it.observer.prices.set({ model: 'house-7b', from: '2026-01-01', input: 1, output: 1 })
  const extraHTTPHeaders = { authorization: `Bearer ${it.key(['read'])}` }
  const path = '/settings?tab=prices&edit=new'
  const page = await visit(it, { path, stranger: true, extraHTTPHeaders })
  const own = page.getByRole('region', { name: 'Your own prices' })
  await own.getByRole('row', { name: /house-7b/ }).waitFor()
  await expect.poll(() => own.getByRole('button', { name: 'New price' }).isDisabled()).toBe(true)
  expect(await own.getByRole('button', { name: /^(?:Change|Remove)/ }).count()).toBe(0)
})

test('signing out ends the session', async () => {
  const it = await dashboard()
  const page = await visit(it, { path: '/settings' })
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in to see your traces' }).waitFor()
})

test('who may only read is told what that means, and sees sizes all the same', async () => {
  const it = await dashboard()
  const extraHTTPHeaders = { authorization: `Bearer ${it.key(['read'], 'wall screen')}` }
  const page = await visit(it, { path: '/settings', stranger: true, extraHTTPHeaders })
  await page.getByText('The list of keys is shown to admins alone.').waitFor()
  await page.getByText('The key “wall screen” has the scope read').waitFor()
  expect(await page.getByRole('button', { name: 'New key' }).count()).toBe(0)
  await page.getByRole('link', { name: 'Retention' }).click()
  await page.getByRole('region', { name: 'What is there' }).waitFor()
  await expectAccessible(page)
})

test('sizes are written as people read them', () => {
  expect([0, 512, 1_536, 1024 ** 3, 5e15].map(bytesOf)).toEqual([
    ...['0 B', '512 B', '1.5 KiB', '1 GiB', '4550 TiB']
  ])
})
