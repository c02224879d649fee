import { expect, test } from 'vitest'
import { expectAccessible } from './axe.ts'
import { dashboard, visit } from './browser.ts'

test('what assistive technology would trip over is found and told, in both themes', async () => {
  const page = await visit(await dashboard())
  await page.getByRole('heading', { name: 'No traces yet' }).waitFor()
  await expectAccessible(page)
  const add = `const main = document.querySelector('main')
    main.append(document.createElement('button'))`
  await page.evaluate(add)
  const failure: unknown = await expectAccessible(page).catch((error: unknown) => error)
  expect(String(failure)).toContain('light: button-name')
  expect(String(failure)).toContain('dark: button-name')
})
