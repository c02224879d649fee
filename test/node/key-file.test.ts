import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { ephemeralSecret, openKey } from '../../src/node/key-file.ts'
import { verifyBy } from '../../src/protocol/identity.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwork-key-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const open = (passphrase?: string) => openKey(home, systemClock, passphrase)
const failing = (code: string) => expect.objectContaining({ code })

test('the first start makes a key, every later one finds it', () => {
  const { identity } = open()
  expect(open().identity.id).toBe(identity.id)
  expect(statSync(join(home, 'key')).mode & 0o777).toBe(0o600)
  expect(readdirSync(home)).toEqual(['key'])
})

test('the key signs as the id it belongs to', () => {
  const { identity } = ephemeralSecret(systemClock)
  const bytes = Buffer.from('hello')
  expect(verifyBy(identity.id, bytes, identity.sign(bytes))).toBe(true)
})

test('a key that others can read is refused', () => {
  open()
  chmodSync(join(home, 'key'), 0o640)
  expect(() => open()).toThrow(failing('HOME_UNSAFE'))
})

test('a key behind a symbolic link is refused', () => {
  writeFileSync(join(home, 'elsewhere'), 'x')
  symlinkSync(join(home, 'elsewhere'), join(home, 'key'))
  expect(() => open()).toThrow(failing('KEY_UNREADABLE'))
})

test.each(['', 'rubbish', 'peerwork-key-1 AAAA', 'peerwork-key-2 AAAA'])(
  'a damaged key (%j) is named, and not replaced',
  (text) => {
    writeFileSync(join(home, 'key'), text, { mode: 0o600 })
    expect(() => open()).toThrow(failing('KEY_UNREADABLE'))
    expect(readFileSync(join(home, 'key'), 'utf8')).toBe(text)
  }
)

test('a passphrase locks the key, and only the same one opens it', () => {
  const { identity, seed } = open('correct horse')
  const stored = readFileSync(join(home, 'key'), 'utf8')
  expect(stored).not.toContain(Buffer.from(seed).toString('base64'))
  expect(open('correct horse').identity.id).toBe(identity.id)
  expect(() => open('wrong horse')).toThrow(failing('PASSPHRASE_WRONG'))
  expect(() => open()).toThrow(failing('PASSPHRASE_WRONG'))
})

test("drafts of processes that died are in nobody's way, and go", () => {
  const [mine, old] = [join(home, `key.${process.pid}`), join(home, 'key.00ff00ff00ff00ff')]
  writeFileSync(mine, '')
  writeFileSync(old, '')
  utimesSync(old, 1, 1)
  const { identity } = open()
  expect(open().identity.id).toBe(identity.id)
  // A young one may belong to a process that writes at this moment.
  expect(readdirSync(home).toSorted()).toEqual(['key', `key.${process.pid}`])
})
