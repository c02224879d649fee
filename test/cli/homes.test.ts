import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { knownHomes, noteHome } from '../../src/cli/homes.ts'
import { temporary } from './harness.ts'

test('homes of named agents are known, and others that were noted, until they are gone', () => {
  const env = { XDG_DATA_HOME: temporary('data') }
  expect(knownHomes(env)).toEqual([])
  const alice = join(env.XDG_DATA_HOME, 'peerwork', 'agents', 'alice')
  const elsewhere = temporary('home')
  mkdirSync(alice, { recursive: true })
  noteHome(alice, env)
  noteHome(elsewhere, env)
  noteHome(elsewhere, env)
  expect(knownHomes(env)).toEqual([alice, elsewhere].toSorted())
  rmSync(elsewhere, { recursive: true })
  expect(knownHomes(env)).toEqual([alice])
  mkdirSync(elsewhere)
  // The note is gone as well: whoever makes the directory again has nothing to do with it.
  expect(knownHomes(env)).toEqual([alice])
})

test('a data directory that cannot be written is no fault', () => {
  expect(() => noteHome('/some/home', { XDG_DATA_HOME: import.meta.filename })).not.toThrow()
})
