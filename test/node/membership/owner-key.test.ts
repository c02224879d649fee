import { chmodSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import {
  configDirFor,
  makeOwnerKey,
  openOwnerKey,
  ownerKeyPath
} from '../../../src/node/membership/owner-key.ts'
import { owner, tempDir } from './people.ts'

const key = () => ({ configDir: join(tempDir(), 'peerwork'), name: 'lab' })

test('it lies in the configuration directory, where only its owner looks', () => {
  expect(configDirFor({ XDG_CONFIG_HOME: '/conf' })).toBe('/conf/peerwork')
  expect(configDirFor({ XDG_CONFIG_HOME: '' })).toMatch(/\.config\/peerwork$/)
  const where = key()
  makeOwnerKey(where, systemClock)
  const path = ownerKeyPath(where.configDir, 'lab')
  expect(path).toBe(join(where.configDir, 'owners', 'lab.key'))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(where.configDir, 'owners')).mode & 0o777).toBe(0o700)
})

test('it is made once, opened again, and taken back', () => {
  const where = key()
  const { secret, undo } = makeOwnerKey(where, systemClock)
  const { id } = secret.identity
  expect(openOwnerKey(where, id).identity.id).toBe(id)
  expect(() => makeOwnerKey(where, systemClock)).toThrow(/already/)
  expect(() => openOwnerKey(where, owner.id)).toThrow(/of another network/)
  undo()
  expect(existsSync(ownerKeyPath(where.configDir, 'lab'))).toBe(false)
  expect(() => openOwnerKey(where, id)).toThrow(/there is none/)
})

test('a passphrase locks it', () => {
  const where = { ...key(), passphrase: 'correct horse' }
  const { id } = makeOwnerKey(where, systemClock).secret.identity
  expect(openOwnerKey(where, id).identity.id).toBe(id)
  expect(() => openOwnerKey({ ...where, passphrase: 'wrong' }, id)).toThrow(/passphrase/)
  const { configDir, name } = where
  expect(() => openOwnerKey({ configDir, name }, id)).toThrow(/locked/)
})

test('one that others can read is not used', () => {
  const where = key()
  const { id } = makeOwnerKey(where, systemClock).secret.identity
  chmodSync(ownerKeyPath(where.configDir, 'lab'), 0o644)
  expect(() => openOwnerKey(where, id)).toThrow(/others can read/)
})
