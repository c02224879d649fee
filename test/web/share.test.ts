/** The page of a shared run, its file, and how one comes to be, in a real browser. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { temporary, TRACE } from '../gateway/observed.ts'
import type { Observed } from '../gateway/observed.ts'
import { share, tellSecrets } from '../gateway/shares/secrets.ts'
import { expectAccessible } from './axe.ts'
import { dashboard, PHONE, visit } from './browser.ts'
import { expectFits } from './fits.ts'
import { HOSTILE, hostileId, hostileTrace } from './hostile.ts'

/** ms since 1970 */
const BEGUN = 1.7e12
const id = (n: number): string => String(n).repeat(16)

interface Timed {
  /** ms since it began */
  readonly from: number
  readonly to: number
  /** Which step began it, from 1. */
  readonly under?: number
}

async function trip(it: Observed): Promise<void> {
  const error = { code: 'SOLD_OUT', message: 'no seat is left' }
  const failed = { status: 'error', error }
  const refused = { ...failed, error: { ...error, message: 'the card was refused' } }
  const lines = [
    { name: 'plan a trip', agent: 'planner', from: 0, to: 12_000, ...failed },
    { name: 'think', agent: 'planner', from: 100, to: 2_000, cost: 0.02, tokens: { input: 900 } },
    { name: 'book a flight', agent: 'booker', from: 2_200, to: 9_000, ...refused },
    { name: 'ask the airline', agent: 'booker', from: 3_000, to: 8_800, under: 3, ...failed },
    { name: 'say sorry', agent: 'writer', from: 9_500, to: 11_900 }
  ]
  const told: readonly (Timed & object)[] = lines
  const steps = told.map(({ from, to, under = 1, ...more }, at) => ({
    ...{ type: 'span', trace: TRACE, span: id(at + 1), kind: 'step', status: 'ok' },
    ...{ start: BEGUN + from, end: BEGUN + to, ...more },
    ...(at > 0 && { parent: id(under) })
  }))
  await it.tell(...steps)
}

test('what others will see is shown, a link opens for a stranger, and is taken back', async () => {
  const it = await dashboard()
  await trip(it)
  const page = await visit(it, { path: `/trace/${TRACE}` })
  await page.getByRole('button', { name: 'Share' }).click()
  const dialog = page.getByRole('dialog', { name: 'Share this run' })
  await dialog.getByText('Others see “plan a trip”').waitFor()
  await dialog.getByRole('radio', { name: 'All metadata' }).check()
  await dialog.getByText('no seat is left').waitFor()
  await dialog.getByText('the card was refused').waitFor()
  await dialog.getByText('Every step').click()
  await dialog.getByRole('row', { name: 'ask the airline' }).waitFor()
  await expectAccessible(page)
  await dialog.getByRole('radio', { name: 'Shape only' }).check()
  await dialog.getByText('Others see no name').waitFor()
  expect(await dialog.getByRole('region', { name: 'Timeline' }).textContent()).not.toContain('book')
  await expectAccessible(page)
  await dialog.getByRole('radio', { name: 'With names' }).check()
  await dialog.getByLabel('Ends after').selectOption('1 day')
  await dialog.getByLabel('Views at most').fill('2')
  await dialog.getByRole('button', { name: 'Create the link' }).click()
  const link = await dialog.getByLabel('The link').inputValue()
  await dialog.getByText('It works until').waitFor()
  await dialog.getByText('It shows: With names').waitFor()
  await dialog.getByText('It leads to this machine').waitFor()
  expect(await page.evaluate('String(getSelection())')).toBe(link)
  await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("no"))')
  await dialog.getByRole('button', { name: 'Copy' }).click()
  await dialog.getByText('Mark it and copy it by hand').waitFor()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'detached' })

  const stranger = await visit(it, { path: new URL(link).pathname, stranger: true })
  await stranger.getByRole('heading', { name: 'plan a trip' }).waitFor()
  expect(await stranger.getByText('no seat is left').count()).toBe(0)

  await page.goto(`${it.url}/settings?tab=shares`)
  const row = page.getByRole('row').filter({ hasText: '1 of 2' })
  await row.getByRole('button', { name: 'Revoke link' }).click()
  await row.getByText('revoked').waitFor()
  await expectAccessible(page)
  await page.setViewportSize(PHONE)
  await expectFits(page)
  await stranger.reload()
  await stranger.getByRole('heading', { name: 'This link leads nowhere' }).waitFor()
})

test('the public page works by keyboard, at desk and phone, and loads nothing beside', async () => {
  const it = await dashboard()
  await trip(it)
  const { path } = await share(it, { profile: 'full-metadata' })
  for (const viewport of [undefined, PHONE]) {
    const page = await visit(it, {
      path: '/healthz',
      stranger: true,
      ...(viewport && { viewport })
    })
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto(it.url + path)
    await page.getByRole('heading', { name: 'plan a trip' }).waitFor()
    await page.getByRole('img', { name: 'Timeline: A run of 3 agents' }).waitFor()
    await page.getByRole('link', { name: 'ask the airline' }).press('Enter')
    const detail = page.getByRole('region', { name: 'Chosen step' }).filter({ hasText: 'SOLD_OUT' })
    await detail.getByText('no seat is left').waitFor()
    expect(new URL(page.url()).hash).toBe('#step-3')
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await page.getByText('2 times as wide').waitFor()
    await expectFits(page)
    await expectAccessible(page)
    await page.goBack()
    await detail.waitFor({ state: 'detached' })
    const others = asked.filter((one) => one !== path && !/^\/assets\/(?:share|icon)-/.test(one))
    expect(others).toEqual([])
  }
  const { shares } = (await it.ask('/api/v1/shares', { key: it.key(['admin']) })).json() as {
    shares: { views: number }[]
  }
  expect(shares.map(({ views }) => views)).toEqual([2])
})

test('a chosen step has the focus, and gives it back to where it was chosen', async () => {
  const it = await dashboard()
  await trip(it)
  const { path } = await share(it, { profile: 'full-metadata' })
  const page = await visit(it, { path, stranger: true })
  const focused = () =>
    page.evaluate<string>('document.activeElement.tagName + " " + document.activeElement.innerText')
  const link = (name: string) => page.getByRole('link', { name })
  await link('ask the airline').press('Enter')
  await expect.poll(focused).toBe('H2 ask the airline')
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('A Close')
  await page.keyboard.press('Enter')
  await expect.poll(focused).toBe('A ask the airline')
  await link('book a flight').press('Enter')
  await expect.poll(focused).toBe('H2 book a flight')
  await link('say sorry').press('Enter')
  await expect.poll(focused).toBe('H2 say sorry')
  await page.keyboard.press('Escape')
  await expect.poll(focused).toBe('A say sorry')
  expect(await page.getByRole('region', { name: 'Chosen step' }).count()).toBe(0)
})

test('a file opens from a disk without a network, and shows the same', async () => {
  const it = await dashboard()
  await trip(it)
  const key = it.key(['admin'])
  const { text } = await it.ask(`/api/v1/traces/${TRACE}/file?profile=names`, { key })
  const file = join(temporary(), 'run.html')
  writeFileSync(file, text)
  const page = await visit(it, { path: '/healthz', stranger: true })
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.context().setOffline(true)
  await page.goto(pathToFileURL(file).href)
  await page.getByRole('heading', { name: 'plan a trip' }).waitFor()
  await page.getByRole('link', { name: 'book a flight' }).click()
  await page.getByRole('region', { name: 'Chosen step' }).filter({ hasText: 'booker' }).waitFor()
  await expectAccessible(page)
  expect(asked.filter((one) => !one.startsWith('file:'))).toEqual([])
})

test('what hostile agents call themselves stays text, behind a link and in a file', async () => {
  const it = await dashboard()
  const now = it.clock.now()
  for (const [at, text] of HOSTILE.entries()) await it.tell(...hostileTrace(text, at, now))
  const key = it.key(['admin'])
  for (const at of HOSTILE.keys()) {
    const trace = hostileId(at)
    const { path } = await share(it, { trace, profile: 'full-metadata' })
    const { text } = await it.ask(`/api/v1/traces/${trace}/file?profile=full-metadata`, { key })
    const file = join(temporary(), 'run.html')
    writeFileSync(file, text)
    const page = await visit(it, { path, stranger: true, viewport: PHONE })
    for (const url of [it.url + path, pathToFileURL(file).href]) {
      await page.goto(`${url}#step-0`)
      await page.getByRole('region', { name: 'Chosen step' }).first().waitFor()
      await expectFits(page)
      expect(await page.locator('img, b, script:not([src]):not([type])').count()).toBe(0)
      expect(await page.title()).not.toBe('owned')
    }
  }
})

test('who comes too late learns that the link leads nowhere, without a script', async () => {
  const it = await dashboard()
  await tellSecrets(it)
  const { path } = await share(it, { maxViews: 1 })
  const page = await visit(it, { path, stranger: true, javaScriptEnabled: false })
  await it.ask(`${path}?as=json`)
  await page.reload()
  await page.getByRole('heading', { name: 'This link leads nowhere' }).waitFor()
})
