import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memberName } from '../../../src/cli/membership/create.ts'
import { temporary } from '../harness.ts'
import { founded, land } from '../land.ts'

test("the owner's key lies apart from the home, and what to do with it is said", async () => {
  const it = land()
  const { code, out, err } = await it.say(['network', 'create', 'lab', '--name', 'alice'])
  expect([code, out]).toEqual([0, ''])
  expect(it.ownerKey.startsWith(it.home('alice'))).toBe(false)
  expect(statSync(it.ownerKey).mode & 0o777).toBe(0o600)
  expect(err).toContain(`mv ${it.ownerKey}`)
  expect(err).toContain('not locked with a passphrase')
  expect(err).toContain('peerwork invite --name alice')
})

test('with a passphrase the key is locked, and --json tells all', async () => {
  const it = land()
  const cwd = temporary('cwd')
  writeFileSync(join(cwd, 'pass'), 'secret\n')
  const args = ['network', 'create', 'lab', '--json', '--owner-passphrase-file', 'pass']
  const { json } = await it.say(args, { cwd })
  expect(json()).toMatchObject({ name: 'lab', locked: true, ownerKeyPath: it.ownerKey })
  expect(readFileSync(it.ownerKey, 'utf8')).toContain('scrypt')
})

test.each([
  [['create'], /which name/],
  [['create', 'No Name'], /"No Name" is no network name/],
  [['create', 'lab', 'two'], /one word too many/],
  [['creat', 'lab'], /Did you mean|create/]
])('network %j is refused, and nothing is made', async (words, why) => {
  const it = land()
  const { code, err } = await it.say(['network', ...words])
  expect(code).toBe(2)
  expect(err).toMatch(why)
  expect(existsSync(it.ownerKey)).toBe(false)
})

test('neither a network nor a home is taken twice', async () => {
  const it = await founded()
  const again = await it.say(['network', 'create', 'lab', '--name', 'bob'])
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('you own a network "lab"')])
  const other = await it.say(['network', 'create', 'den', '--name', 'alice'])
  expect([other.code, other.err]).toEqual([2, expect.stringContaining('a member of "lab" already')])
})

test('restore makes a lost admin anew, in the same network', async () => {
  const it = await founded()
  const before = await it.say(['network', '--name', 'alice', '--json'])
  const made = await it.say(['network', 'restore', 'lab', '--name', 'ada', '--json'])
  expect(made.json()).toMatchObject({ network: (before.json() as { network: string }).network })
  const none = await it.say(['network', 'restore', 'den', '--name', 'eve'])
  expect([none.code, none.err]).toEqual([2, expect.stringContaining('OWNER_KEY_NEEDED')])
})

test('a member is called what its agent is called', () => {
  const values = { name: undefined } as Parameters<typeof memberName>[0]['values']
  expect(memberName({ values }, { env: {} })).toBeUndefined()
  expect(memberName({ values }, { env: { PEERWORK_NAME: 'bob' } })).toEqual({ memberName: 'bob' })
  const both = { values: { ...values, name: 'ann' } }
  expect(memberName(both, { env: { PEERWORK_NAME: 'bob' } })).toEqual({ memberName: 'ann' })
})
