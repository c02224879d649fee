import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { docsPage, escape } from '../../src/gateway/docs-page.ts'
import { observed } from './observed.ts'

test('the page has every route, and its policy allows its own style alone', async () => {
  await using it = await observed()
  const { text, headers } = await it.ask('/api/docs')
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  const { paths } = (await it.ask('/api/openapi.json')).json() as { paths: object }
  for (const path of Object.keys(paths)) expect(text).toContain(` ${path}</code>`)
  const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain(`style-src 'sha256-${hash}'`)
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  expect(text).not.toMatch(/<script|onclick|javascript:|style=/)
  expect(text).toContain(it.url)
})

test('text stays text', () => {
  expect(escape(`<a href='x'>"&"</a>`)).toBe(
    '&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;'
  )
  const hostile = '<script>alert(1)</script>'
  const operation = { tags: [hostile], summary: hostile, responses: {} }
  const info = { title: hostile, version: hostile, description: hostile }
  const page = docsPage({ info, paths: { [`/${hostile}`]: { get: operation } } }, 'http://x')
  expect(page).not.toContain('<script')
})
