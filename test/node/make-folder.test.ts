import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder } from '../../src/node/make-folder.ts'

let scratch = ''
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'peerwork-folder-'))
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

test('a folder and those above it are made for the owner alone, and kept when there', () => {
  const deep = join(scratch, 'deep', 'er', 'home')
  makeFolder(deep)
  makeFolder(deep)
  for (const folder of [deep, join(scratch, 'deep')]) {
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  }
})

test.for([
  ['where a file is', 'file', 'EEXIST'],
  ['below a file', 'file/home', 'ENOTDIR'],
  ['below a link to nothing', 'link/home', 'ENOENT']
] as const)('%s there can be none', ([, path, code]) => {
  writeFileSync(join(scratch, 'file'), '')
  symlinkSync(join(scratch, 'nothing'), join(scratch, 'link'))
  expect(() => makeFolder(join(scratch, path))).toThrow(expect.objectContaining({ code }))
})
