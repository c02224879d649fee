import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { observed, TRACE } from '../observed.ts'
import { share, tellSecrets } from '../shares/secrets.ts'

const JSON_HEADER = { 'content-type': 'application/json' }

test('only an admin makes, lists and takes back links, and looks at what they show', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const [admin, read] = [it.key(['admin'], 'ann'), it.key(['read', 'ingest'])]
  const { id } = await share(it, { profile: 'shape', hours: 1, maxViews: 5 }, admin)
  const calls = [
    ['GET', '/api/v1/shares'],
    ['POST', '/api/v1/shares'],
    ['GET', `/api/v1/traces/${TRACE}/preview`],
    ['GET', `/api/v1/traces/${TRACE}/file`],
    ['DELETE', `/api/v1/shares/${id}`]
  ] as const
  for (const [method, path] of calls) {
    const body = method === 'POST' ? { body: JSON.stringify({ trace: TRACE }) } : {}
    const asked = { method, headers: JSON_HEADER, ...body }
    expect((await it.ask(path, asked)).status).toBe(401)
    expect((await it.ask(path, { ...asked, key: read })).status).toBe(403)
    expect((await it.ask(path, { ...asked, key: admin })).status).toBe(200)
  }
  const { shares } = (await it.ask('/api/v1/shares', { key: admin })).json() as {
    shares: readonly Record<string, unknown>[]
  }
  expect(shares.find((one) => one['id'] === id)).toMatchObject({
    ...{ trace: TRACE, profile: 'shape', by: 'ann', maxViews: 5, views: 0, seen: null },
    state: 'revoked'
  })
})

test('what cannot be a link is refused, in words', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const key = it.key(['admin'])
  const make = (wanted: object) =>
    it.ask('/api/v1/shares', { key, headers: JSON_HEADER, body: JSON.stringify(wanted) })
  expect((await make({ trace: '1'.repeat(32) })).status).toBe(404)
  for (const wrong of [
    ...[{ hours: 2_161 }, { hours: 0 }, { maxViews: 0 }, { profile: 'contents' }, { trace: 'x' }],
    { contents: true }
  ]) {
    expect((await make({ trace: TRACE, ...wrong })).status).toBe(400)
  }
  expect((await it.ask('/api/v1/shares/none', { method: 'DELETE', key })).status).toBe(404)
  const none = `/api/v1/traces/${'1'.repeat(32)}`
  expect((await it.ask(`${none}/preview`, { key })).status).toBe(404)
  expect((await it.ask(`${none}/file`, { key })).status).toBe(404)
})

test('a session makes links only with the header that no other page can send', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const cookie = await it.cookie()
  const asked = { headers: { ...JSON_HEADER, cookie }, body: JSON.stringify({ trace: TRACE }) }
  expect((await it.ask('/api/v1/shares', asked)).status).toBe(403)
  const own = { ...asked, headers: { ...asked.headers, 'x-peerwork': '1' } }
  expect((await it.ask('/api/v1/shares', own)).status).toBe(200)
})

test('a file has a policy that lets its own script run, and nothing else', async () => {
  await using it = await observed()
  await it.tell({
    ...{
      type: 'span',
      trace: TRACE,
      span: '1'.repeat(16),
      start: 1e12,
      end: 1e12 + 5,
      status: 'ok'
    },
    name: '</script><script>alert(1)</script><!-- <script>'
  })
  const key = it.key(['admin'])
  const { text, headers } = await it.ask(`/api/v1/traces/${TRACE}/file`, { key })
  expect(headers['content-disposition']).toBe('attachment; filename="peerwork-run.html"')
  const scripts = [...text.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(
    ([, code]) => code ?? ''
  )
  expect(scripts.length).toBe(2)
  const hash = createHash('sha256')
    .update(scripts[1] ?? '')
    .digest('base64')
  const policy = /content="(default-src[^"]*)"/.exec(text)?.[1] ?? ''
  expect(policy).toContain(`script-src 'sha256-${hash}'`)
  expect(policy).toMatch(/require-trusted-types-for 'script'; trusted-types 'none'/)
  expect(policy).not.toMatch(/unsafe|self|\*|https?:|data:/)
  expect((JSON.parse(scripts[0] ?? '') as { name: string }).name).toContain('</script>')
  expect(text).not.toMatch(/(?:src|href)="/)
  const audit = (await it.ask('/api/v1/audit', { key })).text
  expect(audit).toContain('trace.filed')
})
