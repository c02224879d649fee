import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Context } from '../../../src/cli/command.ts'
import { givenPassphrases, withPassphrases } from '../../../src/cli/membership/passphrases.ts'
import type { Passphrases } from '../../../src/cli/membership/passphrases.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { contextOf, temporary } from '../harness.ts'

const none = { 'passphrase-file': undefined, 'owner-passphrase-file': undefined, json: false }

/** Opens when both keys got what they take. */
const open = (known: Passphrases): Promise<string> => {
  const locked = (path: string) => new PeerworkError('PASSPHRASE_WRONG', 'locked', { path })
  if (known.home !== 'mine') return Promise.reject(locked('/home/key'))
  if (known.owner !== 'theirs') return Promise.reject(locked('/owners/lab.key'))
  return Promise.resolve('opened')
}

test('one file is for both keys, unless the owner’s has its own', () => {
  const cwd = temporary('cwd')
  writeFileSync(join(cwd, 'one'), 'mine\n')
  writeFileSync(join(cwd, 'two'), 'theirs')
  const world = { env: {}, cwd }
  expect(givenPassphrases(none, world)).toEqual({})
  const one = { ...none, 'passphrase-file': 'one' }
  expect(givenPassphrases(one, world)).toEqual({ home: 'mine', owner: 'mine' })
  const both = { ...one, 'owner-passphrase-file': 'two' }
  expect(givenPassphrases(both, world)).toEqual({ home: 'mine', owner: 'theirs' })
  expect(() => givenPassphrases({ ...none, 'passphrase-file': 'none' }, world)).toThrow(
    'cannot read'
  )
})

test('whoever is at the terminal is asked for what is missing, key by key', async () => {
  const { context, err } = contextOf({ tty: true })
  const keys = new PassThrough()
  const stdin = Object.assign(keys, { isTTY: true }) as unknown as Context['stdin']
  const opened = withPassphrases(none, { ...context, stdin }, open)
  await expect.poll(() => err.text).toContain('Passphrase of /home/key: ')
  keys.write('mine\r')
  await expect.poll(() => err.text).toContain('Passphrase of /owners/lab.key: ')
  keys.write('theirs\r')
  expect(await opened).toBe('opened')
})

test('a wrong one is not asked for again, and without a person nothing is', async () => {
  const { context } = contextOf()
  await expect(withPassphrases(none, context, open)).rejects.toMatchObject({
    code: 'PASSPHRASE_WRONG'
  })
  const cwd = temporary('cwd')
  writeFileSync(join(cwd, 'wrong'), 'guess')
  const wrong = { ...none, 'passphrase-file': 'wrong' }
  const tried = withPassphrases(wrong, { ...context, cwd }, open)
  await expect(tried).rejects.toMatchObject({ facts: { path: '/home/key' } })
})
