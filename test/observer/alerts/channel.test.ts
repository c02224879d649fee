import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Channels } from '../../../src/observer/alerts/channel.ts'
import { openAlertsFile } from '../../../src/observer/alerts/database.ts'
import { guardOf } from '../../../src/observer/post.ts'
import { temporary, TurnedClock } from './house.ts'

function open(dir = temporary(), canMail = false) {
  const db = openAlertsFile(dir)
  const parts = { db, clock: new TurnedClock(), guard: guardOf(['127.0.0.1:9']), canMail }
  return { db, dir, channels: new Channels(parts) }
}
const URL_SECRET = 'https://hooks.example.org/services/T0/B0/verysecret'

test('a webhook gets a secret that is told once, and kept over changes and restarts', () => {
  const { db, dir, channels } = open()
  const hook = { kind: 'webhook', enabled: true, url: URL_SECRET }
  const { secret } = channels.put('ops', hook)
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(channels.put('ops', { ...hook, enabled: false }).secret).toBeNull()
  db.close()
  const again = open(dir)
  expect(again.channels.get('ops')).toMatchObject({ secret, enabled: false, url: URL_SECRET })
  expect(again.channels.of(undefined)).toEqual([])
  again.db.close()
})

test('what is shown of a channel has nothing in it to send with', () => {
  const { db, channels } = open()
  const secret = `whsec_${'A'.repeat(43)}=`
  channels.put('ops', { kind: 'webhook', enabled: true, url: URL_SECRET, secret })
  channels.put('chat', { kind: 'slack', enabled: true, url: URL_SECRET })
  channels.noteSent('ops', `refused \u001b[31m${'x'.repeat(9_999)}`)
  const text = JSON.stringify(channels.list())
  expect(text).not.toMatch(/verysecret|whsec/)
  expect(channels.list()[0]).toMatchObject({
    id: 'chat',
    kind: 'slack',
    target: 'hooks.example.org'
  })
  expect(channels.list()[1]?.error?.length).toBeLessThanOrEqual(300)
  expect(text).not.toContain('\\u001b')
  db.close()
})

test.each([
  ['http://hooks.example.org/', 'only https leaves the machine'],
  ['https://127.0.0.1/', 'private address'],
  [
    'https://127.0.0.1:10/',
    'private address; to allow it: peerwork observe --alert-host 127.0.0.1:10'
  ],
  ['https://0x7f.1/', 'private address'],
  ['https://[::1]/', 'private address'],
  ['https://[::ffff:169.254.169.254]/', 'private address'],
  ['https://169.254.169.254/latest', 'private address'],
  ['https://user:pw@example.org/', 'password'],
  ['file:///etc/passwd', 'url: file: only http and https are spoken here'],
  ['nonsense', 'not a URL'],
  ['https://example.org/#x', 'fragment']
])('%s is no place to send to', (url, why) => {
  const { db, channels } = open()
  for (const kind of ['webhook', 'slack']) {
    const put = (): unknown => channels.put('x', { kind, enabled: true, url })
    expect(put).toThrow(why)
    expect(put).not.toThrow(/pw@/)
  }
  expect(channels.list()).toEqual([])
  db.close()
})

test('a host that the operator wrote out may be private, and plain', () => {
  const { db, channels } = open()
  channels.put('x', { kind: 'webhook', enabled: true, url: 'http://127.0.0.1:9/hook' })
  expect(channels.list()[0]?.target).toBe('127.0.0.1:9')
  expect(channels.delete('x')).toBe(true)
  expect(channels.delete('x')).toBe(false)
  db.close()
})

test('e-mail needs a server, and addresses that are some', () => {
  const without = open()
  const mail = { kind: 'email', enabled: true, to: ['a@example.org'] }
  expect(() => without.channels.put('m', mail)).toThrow('smtp.json')
  without.db.close()
  const { db, dir, channels } = open(temporary(), true)
  expect(() => channels.put('m', { ...mail, to: ['a@example.org\r\nBcc: b@c.de'] })).toThrow('to')
  expect(() => channels.put('m', { ...mail, to: [] })).toThrow('to')
  channels.put('m', mail)
  expect(channels.list()[0]?.target).toBe('a@example.org')
  db.close()
  expect(readFileSync(join(dir, 'alerts.db')).includes('a@example.org')).toBe(true)
})
