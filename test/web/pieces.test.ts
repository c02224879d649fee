import { test } from 'vitest'
import { dashboard, visit } from './browser.ts'

test('a page of an older version begins anew when a piece of it is gone', async () => {
  const page = await visit(await dashboard())
  await page.getByRole('heading', { name: 'Traces' }).first().waitFor()
  let gone = 0
  await page.route('**/assets/page-*.js', (route) => {
    if (gone++ > 0) return route.continue()
    return route.fulfill({ status: 404, body: 'gone' })
  })
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'New key' }).waitFor()
})
