import { expect, test } from 'vitest'
import { peerwork, temporary } from '../harness.ts'

const world = () => {
  const env = { XDG_DATA_HOME: temporary('data') }
  return (...words: string[]) => peerwork(['observe', ...words], { env })
}

test('a key is on stdout alone, so that a script can take it', async () => {
  const observe = world()
  const made = await observe('key', 'create', 'my app', '--scope', 'ingest,read')
  expect(made.code).toBe(0)
  expect(made.out).toMatch(/^pwk_[0-9a-f]{12}_[\w-]{43}\n$/)
  expect(made.err).toContain('key my app may ingest and read')
  expect(made.err).not.toContain(made.out.trim())
})

test('keys are listed without what is secret, and revoked by name', async () => {
  const observe = world()
  const made = await observe(
    'key',
    'create',
    'one',
    '--scope',
    'admin',
    '--expires',
    '30d',
    '--json'
  )
  const info = made.json() as { key: string; id: string; created: number; expires: number }
  const days = (info.expires - info.created) / (24 * 60 * 60_000)
  expect(days).toBeCloseTo(30, 2)
  expect((await observe('key', 'list')).out).toMatch(/^one +[0-9a-f]{12} +admin +until 2/)
  const listed = await observe('key', 'list', '--json')
  const { key: _, ...rest } = info
  expect(listed.json()).toEqual({ keys: [rest] })
  const revoked = await observe('key', 'revoke', 'one', '--json')
  expect(revoked.json()).toMatchObject({ name: 'one', revoked: expect.any(Number) as number })
  expect((await observe('key', 'list')).out).toMatch(/revoked 2/)
})

test('what is wrong on the line is told, with the usual exit code', async () => {
  const observe = world()
  const wrong = [
    ['key'],
    ['key', 'make'],
    ['key', 'create', '--scope', 'read'],
    ['key', 'create', 'one'],
    ['key', 'create', 'one', '--scope', 'write'],
    ['key', 'create', 'one', '--scope', 'read,write'],
    ['key', 'create', 'one', '--scope', 'read', '--expires', 'soon'],
    ['key', 'create', '../x', '--scope', 'read'],
    ['key', 'list', 'one'],
    ['key', 'revoke', 'nobody']
  ]
  for (const words of wrong) {
    const { code, out, err } = await observe(...words)
    expect([code, out], words.join(' ')).toEqual([2, ''])
    expect(err).toContain('error BAD_OPTION')
  }
})
