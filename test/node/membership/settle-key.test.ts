import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readKey } from '../../../src/node/key-file.ts'
import { NEXT_KEY, settleKey } from '../../../src/node/membership/settle-key.ts'
import type { Own } from '../../../src/node/membership/store.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { BEN, BEN_SHOWS, ben, CAT, cat, EVE, LAB, memberHome, NOW, owner } from './people.ts'

const own = { network: LAB, owner: owner.id, credential: BEN_SHOWS, addresses: [] }
const succession = sealSuccession(LAB, NOW, { before: ben, after: cat })
const changed: Own = { ...own, credential: { ...BEN_SHOWS, succession } }
const held = { secret: BEN, options: { passphrase: undefined } }

const putNext = (home: string, seed: Uint8Array): void => {
  const text = `peerwork-key-1 ${Buffer.from(seed).toString('base64')}\n`
  writeFileSync(join(home, NEXT_KEY), text, { mode: 0o600 })
}

test('a change of key that was cut short is finished', () => {
  const home = memberHome(BEN, changed.credential)
  putNext(home, CAT.seed)
  expect(settleKey(home, changed, held).identity.id).toBe(cat.id)
  expect(readKey(join(home, 'key'))?.identity.id).toBe(cat.id)
  expect(existsSync(join(home, NEXT_KEY))).toBe(false)
})

test('a next key that nothing speaks of is left alone', () => {
  const home = memberHome(BEN, BEN_SHOWS)
  putNext(home, CAT.seed)
  expect(settleKey(home, own, held)).toBe(BEN)
  putNext(home, EVE.seed)
  expect(settleKey(home, changed, held)).toBe(BEN)
  expect(readKey(join(home, 'key'))?.identity.id).toBe(ben.id)
  expect(settleKey(home, { network: LAB, owner: owner.id }, held)).toBe(BEN)
})
