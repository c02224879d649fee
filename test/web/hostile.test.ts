/**
 * Hostile text in every field, in every view: it is shown as text, breaks no layout and no policy.
 * `visit` fails on violations of the policy and on errors of the page.
 */

import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { dashboard, PHONE, visit } from './browser.ts'
import { tooWideIn } from './fits.ts'
import { HOSTILE, hostileId, hostileTrace } from './hostile.ts'
import { settled } from './settled.ts'
import { viewsOf } from './views.ts'

/** Elements that only markup in a text could have made. */
const FOREIGN = '.owned'

async function expectText(page: Page): Promise<void> {
  expect(await page.locator(FOREIGN).count()).toBe(0)
  expect(await page.title()).not.toBe('owned')
  const text = await page.locator('main').innerText()
  expect(text.trim()).not.toBe('')
  expect(text).not.toContain('has a fault of its own')
}

test.each([['desk', undefined] as const, ['phone', PHONE] as const])(
  'no text of a sender becomes anything but text: %s',
  async (_, viewport) => {
    const it = await dashboard()
    const now = it.clock.now()
    for (const [at, text] of HOSTILE.entries()) await it.tell(...hostileTrace(text, at, now))
    const page = await visit(it, viewport === undefined ? {} : { viewport })
    const faults: string[] = []
    for (const [at] of HOSTILE.entries()) {
      for (const { path } of viewsOf(hostileId(at), '0000000000000002')) {
        // What is the same for all traces is looked at once.
        if (at > 0 && !path.startsWith('/trace/')) continue
        await page.goto(it.door.url + path)
        await settled(page)
        await expectText(page)
        faults.push(...(await tooWideIn(page)).map((fault) => `${at} ${path}: ${fault}`))
      }
    }
    expect(faults).toEqual([])
  },
  240_000
)

test('markup is read as it was written', async () => {
  const it = await dashboard()
  const [markup] = HOSTILE
  await it.tell(...hostileTrace(markup, 0, it.clock.now()))
  const page = await visit(it)
  await page.getByRole('link', { name: markup }).first().waitFor()
  await page.getByRole('link', { name: markup }).first().click()
  await page.getByRole('heading', { name: markup }).first().waitFor()
})

test('a name and an attribute of a megabyte slow nobody down, and widen nothing', async () => {
  const it = await dashboard()
  const long = 'M'.repeat(1024 * 1024)
  const [traceId, spanId, nanos] = [hostileId(9), '0000000000000002', it.clock.now() * 1e6]
  const attributes = [long.slice(0, 2_000), 'note'].map((key) => ({
    ...{ key, value: { stringValue: long } }
  }))
  const span = {
    ...{ traceId, spanId, name: long, attributes, status: { code: 2, message: long } },
    ...{ startTimeUnixNano: String(nanos), endTimeUnixNano: String(nanos + 5e9) }
  }
  const told = await it.ask('/v1/traces', {
    key: it.key(['ingest']),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  })
  expect([told.status, told.text]).toEqual([200, expect.stringMatching(/^\{\}\s*$/)])
  const page = await visit(it, { viewport: PHONE })
  for (const { path } of viewsOf(traceId, spanId).filter((view) => view.path.includes(traceId))) {
    await page.goto(it.door.url + path)
    await settled(page)
    await expectText(page)
    expect([path, await tooWideIn(page)]).toEqual([path, []])
  }
}, 120_000)
