import { expect, test } from 'vitest'
import { expectAccessible, violationsIn } from './axe.ts'
import { dashboard, visit } from './browser.ts'

test('what assistive technology would trip over is found and told, in both themes', async () => {
  const page = await visit(await dashboard())
  await page.getByRole('heading', { name: 'No traces yet' }).waitFor()
  await expectAccessible(page)
  const add = `const main = document.querySelector('main')
    main.append(document.createElement('button'))`
  await page.evaluate(add)
  const found = await violationsIn(page)
  expect(found.map((line) => line.split(' (')[0])).toEqual([
    'light: button-name',
    'dark: button-name'
  ])
  await expect(expectAccessible(page)).rejects.toThrow()
})
