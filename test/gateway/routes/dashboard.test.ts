import { expect, test } from 'vitest'
import { dashboardRoutes } from '../../../src/gateway/routes/dashboard.ts'
import { observed } from '../observed.ts'

test('the page is the same at each of its addresses, for anyone, and may do little', async () => {
  await using it = await observed()
  const first = await it.ask('/')
  expect(first.headers['content-type']).toBe('text/html; charset=utf-8')
  const policy = first.headers['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toMatch(/require-trusted-types-for 'script'; trusted-types 'none'/)
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
  for (const path of ['/?q=a&agent=b', '/trace/x?view=state', '/network', '/costs', '/settings']) {
    expect((await it.ask(path)).text).toBe(first.text)
  }
  expect((await it.ask('/api/openapi.json')).text).not.toContain('"/network"')
})

test('its files are kept by browsers for ever, and there are no others', async () => {
  await using it = await observed()
  const { text } = await it.ask('/')
  const names = [...text.matchAll(/"\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? '')
  expect(names.length).toBeGreaterThan(1)
  for (const name of names) {
    const { status, headers, text: body } = await it.ask(`/${name}`)
    expect([status, headers['cache-control']]).toEqual([
      ...[200, 'public, max-age=31536000, immutable']
    ])
    expect(body.length).toBeGreaterThan(100)
  }
  for (const path of [
    '/assets/none.js',
    '/assets/..%2findex.html',
    '/assets/%2e%2e%2findex.html'
  ]) {
    expect((await it.ask(path)).status).toBe(404)
  }
})

test('where it was not built, the page says how', () => {
  const [page] = dashboardRoutes(undefined)
  const answered = page?.handle({} as never) as Response
  return expect(answered.text()).resolves.toContain('make install')
})
