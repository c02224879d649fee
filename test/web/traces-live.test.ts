/** The list of traces while traces come in. */

import { expect, test } from 'vitest'
import { NDJSON } from '../gateway/observed.ts'
import { visit } from './browser.ts'
import { filled, line, names, PAGE, showsFrom } from './listed.ts'
import { settled } from './settled.ts'

test('new traces come in at the top, and what changes is shown as it is by now', async () => {
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

test('on a later page what is new is counted too, and only what the search finds', async () => {
  const it = await filled(PAGE * 3)
  const page = await visit(it, { path: '/?q=agent%3Aodd' })
  await showsFrom(page, 'run 149')
  await page.getByRole('link', { name: 'Older' }).click()
  await showsFrom(page, 'run 49')
  // The page has looked at what is newest, from which on it counts.
  const looked = page.waitForResponse((answer) => !answer.url().includes('after=') && answer.ok())
  await settled(page)
  await looked
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
