/** Every view of the sample: accessible in light and dark, and within the window of a phone. */

import { expect, test } from 'vitest'
import { sampleOf } from '../../src/gateway/sample/runs.ts'
import { violationsIn } from './axe.ts'
import { dashboard, DESK, PHONE, visit } from './browser.ts'
import { tooWideIn } from './fits.ts'
import { settled } from './settled.ts'
import { viewsOf } from './views.ts'

const SAMPLE = sampleOf('salt')

test.each([['desk', DESK] as const, ['phone', PHONE] as const])(
  'axe finds nothing in any view, and the page never scrolls sideways: %s',
  async (_, viewport) => {
    const it = await dashboard()
    await it.observer.intake.take(SAMPLE.runs(it.clock.now()))
    const { items } = await it.observer.store.spans(SAMPLE.failed, { limit: 50 })
    const failed = items.find(({ name }) => name === 'flights.book')
    const page = await visit(it, { viewport })
    const faults: string[] = []
    for (const { name, path } of viewsOf(SAMPLE.failed, failed?.span ?? '')) {
      await page.goto(it.door.url + path)
      await settled(page)
      const found = [...(await tooWideIn(page)), ...(await violationsIn(page))]
      faults.push(...found.map((fault) => `${name}: ${fault}`))
    }
    expect(faults).toEqual([])
  },
  240_000
)
