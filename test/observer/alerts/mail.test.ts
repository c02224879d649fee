import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { readSmtp, sendMail } from '../../../src/observer/alerts/mail.ts'
import { temporary } from './house.ts'

async function server(options: object) {
  const got: { text: string; to: string[]; user: unknown }[] = []
  const smtp = new SMTPServer({
    ...options,
    onAuth: ({ username, password }, _, done) => {
      if (password === 'right') done(null, { user: username })
      else done(new Error('no'))
    },
    onData: (stream, session, done) => {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      const taken = text(stream).then((body) => got.push({ text: body, to, user: session.user }))
      void taken.finally(done)
    }
  })
  smtp.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    smtp.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    await new Promise<void>((resolve) => {
      smtp.close(resolve)
    })
  })
  return { got, port: (smtp.server.address() as AddressInfo).port }
}

const mail = { to: ['a@example.org', 'b@example.org'], text: 'line\n', id: 'msg_1' }
const from = 'observer@example.org'

test('a mail arrives as it is, for everybody, by a login', async () => {
  const { got, port } = await server({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
  const login = { user: 'me', password: 'right' }
  await sendMail(
    { host: '127.0.0.1', port, from, plain: true, ...login },
    { ...mail, subject: 'Größe\r\nBcc: evil@example.org' }
  )
  expect(got[0]).toMatchObject({ to: mail.to, user: 'me' })
  expect(got[0]?.text).toContain('Message-ID: <msg_1@example.org>')
  expect(got[0]?.text).not.toMatch(/^Bcc:/m)
})

test('without TLS nothing is said unless that was chosen', async () => {
  const { got, port } = await server({ disabledCommands: ['STARTTLS', 'AUTH'] })
  const settings = { host: '127.0.0.1', port, from }
  await expect(sendMail(settings, { ...mail, subject: 'x' })).rejects.toThrow()
  expect(got).toEqual([])
})

test('the file is private, and its faults are told without what is in it', () => {
  const path = join(temporary(), 'smtp.json')
  expect(readSmtp(path)).toBeUndefined()
  const settings = { host: 'mail.example.org', port: 587, from, user: 'me', password: 'geheim' }
  writeFileSync(path, JSON.stringify(settings), { mode: 0o600 })
  expect(readSmtp(path)).toEqual(settings)
  chmodSync(path, 0o640)
  expect(() => readSmtp(path)).toThrow('chmod 600')
  chmodSync(path, 0o600)
  writeFileSync(path, '{"password": "geheim"')
  expect(() => readSmtp(path)).toThrow(/is no JSON$/)
  writeFileSync(path, JSON.stringify({ ...settings, port: 'geheim' }))
  expect(() => readSmtp(path)).toThrow(/port/)
  expect(() => readSmtp(path)).not.toThrow(/geheim/)
})
