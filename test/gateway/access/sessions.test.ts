import { expect, test } from 'vitest'
import { Audit } from '../../../src/gateway/access/audit.ts'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { Sessions } from '../../../src/gateway/access/sessions.ts'
import { ask, observed } from '../observed.ts'
import type { Observed } from '../observed.ts'

const HOUR_MS = 60 * 60_000

const look = async (it: Observed, cookie: string): Promise<number> =>
  (await it.ask('/api/v1/traces', { headers: { cookie } })).status

test('a link signs in once, with a cookie that no script reads', async () => {
  await using it = await observed()
  expect(it.door.everSignedIn()).toBe(false)
  const link = it.door.signInLink()
  const first = await ask(link)
  expect(first.status).toBe(303)
  expect(first.headers.location).toBe('/')
  const [cookie = ''] = first.headers['set-cookie'] ?? []
  expect(cookie).toMatch(
    /^peerwork_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/
  )
  expect(await look(it, cookie.split(';')[0] ?? '')).toBe(200)
  const again = await ask(link)
  expect(again.status).toBe(403)
  expect(again.headers['set-cookie']).toBeUndefined()
  expect(it.door.everSignedIn()).toBe(true)
})

test('a link that is too old, or made up, signs nobody in', async () => {
  await using it = await observed()
  const link = it.door.signInLink()
  it.clock.aheadMs += 15 * 60_000
  expect((await ask(link)).status).toBe(403)
  expect((await ask(link.replace(/ticket=.*/, `ticket=${'A'.repeat(43)}`))).status).toBe(403)
  expect((await ask(link.replace(/ticket=.*/, 'ticket='))).status).toBe(400)
})

test('of two that use one link at once, one is signed in', async () => {
  await using it = await observed()
  const link = it.door.signInLink()
  const answers = await Promise.all([ask(link), ask(link), ask(link)])
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(2)
})

test('a session ends when it is not used, and after a week in any case', async () => {
  await using it = await observed()
  const idle = await it.cookie()
  const busy = await it.cookie()
  for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
    expect(await look(it, busy)).toBe(200)
    it.clock.aheadMs += 11 * HOUR_MS
    if (hours >= 11) expect(await look(it, idle)).toBe(401)
  }
  it.clock.aheadMs += 11 * HOUR_MS
  expect(await look(it, busy)).toBe(401)
})

test('signing out ends the session here, not only in the browser', async () => {
  await using it = await observed()
  const cookie = await it.cookie()
  const out = await it.ask('/sign-out', { method: 'POST', headers: { cookie, 'x-peerwork': '1' } })
  expect(out.status).toBe(204)
  expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0')
  expect(await look(it, cookie)).toBe(401)
})

test('sessions have a bound, and the oldest goes', async () => {
  await using it = await observed()
  const first = await it.cookie()
  it.clock.aheadMs += 1
  const others: string[] = []
  for (let at = 0; at < 64; at++) others.push(await it.cookie())
  expect(await look(it, first)).toBe(401)
  expect(await look(it, others[0] ?? '')).toBe(200)
})

test('programs that were killed leave no session that takes the place of a person', async () => {
  await using it = await observed()
  using db = openAccess(it.dir)
  const sessions = new Sessions(db, it.clock, new Audit(db, it.clock.now))
  const cookieOf = (secret: string): string => `peerwork_session=${secret}`
  const person = await it.cookie()
  const used = cookieOf(sessions.lend())
  const lent: string[] = []
  const step = async (): Promise<void> => {
    it.clock.aheadMs += 61_000
    lent.push(cookieOf(sessions.lend()))
    expect(await look(it, used)).toBe(200)
  }
  for (let nth = 0; nth < 100; nth++) await step()
  // The person was silent for longer than all of them.
  expect(await look(it, person)).toBe(200)
  expect(await look(it, lent[0] ?? '')).toBe(401)
  expect(await look(it, lent.at(-62) ?? '')).toBe(200)
  expect(await look(it, lent.at(-63) ?? '')).toBe(401)
  // A person who comes now takes the place of a silent program too.
  const other = await it.cookie()
  for (const cookie of [person, other, used]) expect(await look(it, cookie)).toBe(200)
})

test('cookies of others beside it do no harm, and one of another shape is none', async () => {
  await using it = await observed()
  const cookie = await it.cookie()
  expect(await look(it, `a=b; ${cookie}; c=d=e`)).toBe(200)
  for (const other of [`${cookie}x`, 'peerwork_session=', 'peerwork_session', `x${cookie}`]) {
    expect(await look(it, other)).toBe(401)
  }
})
