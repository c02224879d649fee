import { renameSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rolesOf } from '../../../src/cli/membership/show.ts'
import { founded, land } from '../land.ts'

test('a home in no network is told so, with exit code 3', async () => {
  const it = land()
  const text = await it.say(['network', '--name', 'alice'])
  expect([text.code, text.out]).toEqual([3, ''])
  expect(text.err).toContain('peerwork network create <name> --name alice')
  const { code, json } = await it.say(['network', '--name', 'alice', '--json'])
  expect([code, json()]).toEqual([3, { network: null, home: it.home('alice'), running: false }])
})

test('network, owner, roles and end are told, with the agent at rest and running', async () => {
  const it = await founded()
  const rest = await it.say(['network', '--name', 'alice'])
  expect(rest.out).toMatch(/^network +lab lab\.[0-9a-f]{16}$/m)
  expect(rest.out).toContain(`its key is here: ${it.ownerKey}`)
  expect(rest.out).toMatch(/^member +alice 12D3KooW\w{44}$/m)
  expect(rest.out).toMatch(/^until +20\d\d-\d\d-\d\d \d\d:\d\d \(in 365 days\)$/m)
  expect(rest.out).toMatch(/^agent +not running$/m)
  const agent = await it.run('alice')
  renameSync(it.ownerKey, `${it.ownerKey}.away`)
  const { json } = await it.say(['network', '--name', 'alice', '--json'])
  expect(json()).toMatchObject({
    ...{ name: 'lab', member: { id: agent.id, name: 'alice' }, running: true, ownerKey: null },
    ...{ roles: ['submit', 'execute', 'observe', 'admin'], admins: 1, members: 1, problems: [] }
  })
})

test('roles are one list', () => {
  expect(rolesOf({ roles: ['submit', 'admin'] })).toBe('submit, admin')
})
