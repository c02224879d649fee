/** The stream of news: only where somebody looks, and again whenever it could not be had. */

import { expect, test } from 'vitest'
import { visit } from './browser.ts'
import { filled, line, names, showsFrom } from './listed.ts'
import { see } from './see.ts'

/** What a browser opens to one server over all tabs (HTTP/1.1), count. */
const CONNECTIONS = 6

test('tabs that nobody sees leave room for another, and catch up when they are seen', async () => {
  const it = await filled(3)
  const first = await visit(it)
  await showsFrom(first, 'run 2')
  await first.getByText('live', { exact: true }).waitFor()
  await see(first, false)
  for (let at = 0; at < CONNECTIONS; at++) {
    const page = await first.context().newPage()
    await page.goto(first.url())
    await page.getByText('live', { exact: true }).waitFor()
    await see(page, false)
  }
  await it.tell(line(9, it.clock.now()))
  expect((await names(first))[0]).toBe('run 2')
  await see(first, true)
  await showsFrom(first, 'run 9')
})

test('a stream that was refused comes back, with what was missed', async () => {
  const it = await filled(3)
  const page = await visit(it)
  const other = await page.context().newPage()
  await other.clock.install()
  let streams = 0
  await other.route('**/api/v1/live*', (route) =>
    streams++ === 0 ? route.fulfill({ status: 429 }) : route.continue()
  )
  await other.goto(page.url())
  await showsFrom(other, 'run 2')
  await other.getByText('not live').waitFor()
  await it.tell(line(9, it.clock.now()))
  expect(streams).toBe(1)
  await other.clock.fastForward(10_000)
  await showsFrom(other, 'run 9')
  await other.getByText('live', { exact: true }).waitFor()
})
