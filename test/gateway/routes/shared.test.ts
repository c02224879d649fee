import { expect, test, vi } from 'vitest'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { observed, temporary, TRACE } from '../observed.ts'
import { SECRET, SECRETS, share, tellSecrets } from '../shares/secrets.ts'

test('whatever is wrong with a link, its answer has the same bytes for the same work', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const [expired, revoked, used, gone] = [
    await share(it, { hours: 1 }),
    await share(it),
    await share(it, { maxViews: 1 }),
    await share(it, { hours: 5 })
  ]
  await it.ask(`/api/v1/shares/${revoked.id}`, { method: 'DELETE', key: it.key(['admin']) })
  expect((await it.ask(`${used.path}?as=json`)).status).toBe(200)
  it.clock.aheadMs = 2 * 60 * 60_000
  const look = vi.spyOn(it.observer.store, 'trace')
  const unknown = `/s/${'x'.repeat(43)}`
  const closed = [unknown, '/s/short', expired.path, revoked.path, used.path]
  const answers = async (ending: string, paths: readonly string[]) =>
    Promise.all(
      paths.map(async (path) => {
        const { status, headers, text } = await it.ask(path + ending)
        return [status, { ...headers, date: '' }, text]
      })
    )
  for (const ending of ['', '?as=json', '/card.png']) {
    const all = await answers(ending, closed)
    expect(all[0]?.[0]).toBe(404)
    for (const one of all) expect(one).toEqual(all[0])
  }
  // Each looked once into the store, whether or not there was a link.
  expect(look).toHaveBeenCalledTimes(closed.length * 3)
  expect((await it.ask(gone.path)).status).toBe(200)
  expect(await it.observer.store.removeTraces([TRACE], { kind: 'key', by: SECRET.by })).toBe(1)
  expect(await answers('', [gone.path])).toEqual(await answers('', [unknown]))
})

test('the data counts as a view; the page, its picture and HEAD do not', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { path } = await share(it, { maxViews: 1 })
  const looks = [
    ...[path, `${path}/card.png`, `${path}?utm_source=chat`],
    ...[
      { path: `${path}?as=json`, method: 'HEAD' },
      { path, method: 'HEAD' }
    ]
  ].map((one) => (typeof one === 'string' ? { path: one, method: 'GET' } : one))
  for (const { path: at, method } of looks) {
    expect((await it.ask(at, { method })).status).toBe(200)
  }
  expect((await it.ask(path, { headers: { accept: 'application/json' } })).status).toBe(200)
  for (const { path: at, method } of looks) {
    expect((await it.ask(at, { method })).status).toBe(404)
  }
})

test('of many that come for the last view at once, one gets it', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { path } = await share(it, { maxViews: 1 })
  const all = await Promise.all(Array.from({ length: 12 }, () => it.ask(`${path}?as=json`)))
  expect(all.filter(({ status }) => status === 200).length).toBe(1)
  expect(all.filter(({ status }) => status === 404).length).toBe(11)
})

test('a view that cannot be written down is not given', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { path } = await share(it, { maxViews: 1 })
  using other = openAccess(it.dir)
  other.exec('BEGIN IMMEDIATE')
  const refused = await it.ask(`${path}?as=json`)
  expect([refused.status, refused.text.includes('spans')]).toEqual([503, false])
  other.exec('ROLLBACK')
  expect((await it.ask(`${path}?as=json`)).status).toBe(200)
})

test('a link that is taken back is closed at once, for page, data and picture', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { id, path } = await share(it)
  const key = it.key(['admin'])
  const statuses = async () =>
    Promise.all(['', '?as=json', '/card.png'].map(async (end) => (await it.ask(path + end)).status))
  expect(await statuses()).toEqual([200, 200, 200])
  expect((await it.ask(`/api/v1/shares/${id}`, { method: 'DELETE', key })).status).toBe(200)
  expect(await statuses()).toEqual([404, 404, 404])
})

test('a restart keeps what is open open, and what is closed closed', async () => {
  const dir = temporary()
  const paths = await (async () => {
    await using it = await observed({ dir })
    await tellSecrets(it)
    const [open, used, revoked] = [
      await share(it, { maxViews: 2 }),
      await share(it, { maxViews: 1 }),
      await share(it)
    ]
    await it.ask(`/api/v1/shares/${revoked.id}`, { method: 'DELETE', key: it.key(['admin']) })
    for (const { path } of [open, used]) await it.ask(`${path}?as=json`)
    return [open.path, used.path, revoked.path]
  })()
  await using it = await observed({ dir })
  const statuses = await Promise.all(
    paths.map(async (path) => (await it.ask(`${path}?as=json`)).status)
  )
  expect(statuses).toEqual([200, 404, 404])
  expect((await it.ask(`${paths[0] ?? ''}?as=json`)).status).toBe(404)
})

test('previews of a link learn numbers alone, and nobody may list it', async () => {
  await using it = await observed({ publicUrl: new URL('https://traces.example.com') })
  await tellSecrets(it)
  const { url, path } = await share(it, { profile: 'full-metadata' })
  expect(url).toBe(`https://traces.example.com${path}`)
  const { text, headers } = await it.ask(path)
  const title = 'A run of 2 agents, 12 s, failed'
  expect(text).toContain(`<title>${title}</title>`)
  expect(text).toContain(`<meta property="og:title" content="${title}" />`)
  expect(text).toContain(`<meta property="og:image" content="${url}/card.png" />`)
  expect(SECRETS.filter((one) => text.includes(one))).toEqual([])
  expect(headers['x-robots-tag']).toBe('noindex, nofollow, noarchive')
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(headers['cache-control']).toBe('no-store')
  expect(text).toContain('<meta name="robots" content="noindex')
  const policy = headers['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
  // Nothing of the dashboard itself is loaded.
  const app = (await it.ask('/')).text.match(/assets\/index-[\w-]+\.js/)?.[0]
  expect(app).toBeDefined()
  expect(text).not.toContain(app)
})

test('wrong links count as a stranger’s asking, right ones do not', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { path } = await share(it)
  const statuses: number[] = []
  for (let n = 0; n < 40; n++) statuses.push((await it.ask(`/s/${n}`)).status)
  expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 404))
  expect(statuses.at(-1)).toBe(429)
  expect((await it.ask(`${path}?as=json`)).status).toBe(200)
  // A right one is counted too, with everybody else's.
  let answered = 200
  for (let n = 0; n < 1_500 && answered === 200; n++) answered = (await it.ask(path)).status
  expect(answered).toBe(429)
})

test('neither the log nor the audit log ever has a token', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { token, path } = await share(it)
  vi.spyOn(it.observer.store, 'spans').mockRejectedValueOnce(new Error('a fault'))
  expect((await it.ask(`${path}?as=json`)).status).toBe(500)
  await it.ask(`${path}?as=json`)
  const key = it.key(['admin'])
  const audit = (await it.ask('/api/v1/audit', { key })).text
  const list = (await it.ask('/api/v1/shares', { key })).text
  expect(it.logged.join(' ')).toContain('a fault')
  expect(audit).toContain('share.created')
  for (const text of [it.logged.join(' '), audit, list]) expect(text).not.toContain(token)
})
