/** docs/api.md is what a running observer says of itself. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { API_PAGE, apiPage, describe } from '../../tools/api-docs.ts'

test('the page of the API is up to date: node --conditions=source tools/api-docs.ts', async () => {
  expect(readFileSync(API_PAGE, 'utf8')).toBe(apiPage(await describe()))
})
