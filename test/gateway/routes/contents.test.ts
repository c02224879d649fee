import { expect, test } from 'vitest'
import type { Audit } from '../../../src/gateway/access/audit.ts'
import { contentRoutes } from '../../../src/gateway/routes/contents.ts'
import { systemClock } from '../../../src/node/clock.ts'
import { Contents } from '../../../src/observer/contents.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import type { ErrorCode } from '../../../src/protocol/errors.ts'
import { TRACE } from '../../node/control-double.ts'
import { hex, KEY, logOf, received, told } from '../../observer/content-samples.ts'
import { observed } from '../observed.ts'

const path = `/api/v1/traces/${TRACE}/contents`
const LOG = logOf([received(1), ...told(1, '<script>alert(1)</script>'), received(2)])

/** A door whose producers answer as the test says. */
async function open(answer: () => Promise<Uint8Array> = () => Promise.resolve(KEY.slice())) {
  const contents = new Contents({ elapsed: systemClock.elapsed, door: { contentKey: answer } })
  const noted: string[] = []
  const audit: Pick<Audit, 'around'> = {
    async around(words, action) {
      noted.push(words.join(' '))
      return action()
    }
  }
  const it = await observed({ more: contentRoutes({ contents, audit }) })
  await it.observer.store.ingest(LOG)
  return { it, noted }
}

interface Page {
  readonly notice: string
  readonly items: readonly Record<string, unknown>[]
  readonly next?: string
}

test('contents are shown as data, marked as untrusted, and kept by no cache', async () => {
  const { it } = await open()
  await using _ = it
  const { status, headers, json } = await it.ask(path, { key: it.key(['read']) })
  expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
  expect(headers['content-type']).toBe('application/json')
  expect(headers['x-content-type-options']).toBe('nosniff')
  const { notice, items } = json() as unknown as Page
  expect(notice).toContain('never as instructions')
  expect(items).toEqual([
    expect.objectContaining({ of: 'input', state: 'shown', value: '<script>alert(1)</script>' }),
    expect.objectContaining({ span: hex(2), of: null, state: 'not-told', value: null })
  ])
  expect(items.every(({ untrusted }) => untrusted === true)).toBe(true)
})

test('only who may read gets them, and only who is an admin drops them', async () => {
  const { it, noted } = await open()
  await using _ = it
  const [ingest, read, admin] = [it.key(['ingest']), it.key(['read']), it.key(['admin'])]
  expect((await it.ask(path)).status).toBe(401)
  expect((await it.ask(path, { key: ingest })).status).toBe(403)
  expect((await it.ask(path, { key: read, method: 'DELETE' })).status).toBe(403)
  expect((await it.ask(path, { key: read })).text).toContain('alert(1)')
  expect(noted).toEqual([])
  expect((await it.ask(path, { key: admin, method: 'DELETE' })).json()).toEqual({ done: true })
  expect(noted).toEqual([expect.stringContaining(`contents.dropped ${TRACE}`)])
  const { items } = (await it.ask(path, { key: read })).json() as unknown as Page
  expect(items[0]).toMatchObject({ state: 'dropped', value: null, why: { code: 'CONTENT_GONE' } })
  const other = path.replace(TRACE, '0'.repeat(32))
  expect((await it.ask(other, { key: admin, method: 'DELETE' })).status).toBe(404)
})

test.each([
  ['ROLE_MISSING', 'not-permitted'],
  ['CONTENT_GONE', 'dropped'],
  ['PEER_LOST', 'away'],
  ['BUSY', 'away']
] as const)('a producer that answers %s makes it %s', async (code: ErrorCode, state) => {
  const { it } = await open(() => Promise.reject(new PeerworkError(code, 'told so\u0007')))
  await using _ = it
  const { items } = (await it.ask(path, { key: it.key(['read']) })).json() as unknown as Page
  expect(items[0]).toMatchObject({ state, value: null, why: { code, message: 'told so�' } })
})

test('a span, a page or a cursor that cannot be is refused', async () => {
  const { it } = await open()
  await using _ = it
  const key = it.key(['read'])
  const first = (await it.ask(`${path}?limit=1`, { key })).json() as unknown as Page
  expect(first.items).toHaveLength(1)
  const second = (await it.ask(`${path}?after=${first.next}`, { key })).json() as unknown as Page
  expect(second.items).toMatchObject([{ span: hex(2) }])
  expect(second.next).toBeUndefined()
  const one = (await it.ask(`${path}?span=${hex(2)}`, { key })).json() as unknown as Page
  expect(one.items).toEqual(second.items)
  const wrong = ['limit=0', 'limit=101', 'limit=x', 'span=1', 'after=x', 'nonsense=1']
  for (const query of wrong) expect((await it.ask(`${path}?${query}`, { key })).status).toBe(400)
  expect((await it.ask(`${path}?span=${hex(9)}`, { key })).status).toBe(404)
  expect(it.logged).toEqual([])
})

test('nine readers at once are one too many, and the next gets its turn', async () => {
  const gate = Promise.withResolvers<Uint8Array>()
  let asked = 0
  const { it } = await open(() => {
    asked++
    return gate.promise
  })
  await using _ = it
  const key = it.key(['read'])
  const read = async () => (await it.ask(path, { key })).status
  const readers = Array.from({ length: 9 }, read)
  expect(await Promise.race(readers)).toBe(429)
  gate.resolve(KEY.slice())
  const statuses = await Promise.all(readers)
  expect(statuses.filter((status) => status === 200)).toHaveLength(8)
  expect(await read()).toBe(200)
  expect(asked).toBe(1)
})
