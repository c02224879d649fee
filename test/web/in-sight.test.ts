import { expect, test } from 'vitest'
import { sampleOf } from '../../src/gateway/sample/runs.ts'
import { dashboard, PHONE, visit } from './browser.ts'

const SAMPLE = sampleOf('salt')

test('the current tab is in sight on a phone, and after it is turned', async () => {
  const it = await dashboard()
  await it.observer.intake.keep(SAMPLE.runs(it.clock.now()))
  const path = `/trace/${SAMPLE.failed}?view=differs`
  const page = await visit(it, { viewport: PHONE, path })
  const current = page.getByRole('link', { name: 'What differs' })
  const inSight = async (): Promise<boolean> => {
    const { x = -1, width = 0 } = (await current.boundingBox()) ?? {}
    return x >= 0 && x + width <= (page.viewportSize()?.width ?? 0)
  }
  await expect.poll(inSight).toBe(true)
  await page.setViewportSize({ width: PHONE.height, height: PHONE.width })
  await expect.poll(inSight).toBe(true)
  await page.setViewportSize(PHONE)
  await expect.poll(inSight).toBe(true)
})
