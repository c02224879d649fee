import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkHome, probeHome } from '../../../src/node/diagnosis/probe-home.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'peerwork-probe-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a home that can be written is left as it was, and its room is told', () => {
  const home = folder()
  const probe = probeHome(home)
  expect(probe).toMatchObject({ home, error: null })
  expect(probe.freeBytes).toBeGreaterThan(0)
  expect(readdirSync(home)).toEqual([])
  expect(checkHome(probe).code).toBe('HOME')
})

test('one that is no directory fails with the reason', () => {
  const file = join(folder(), 'file')
  writeFileSync(file, '')
  expect(checkHome(probeHome(file))).toMatchObject({
    level: 'fail',
    why: `${file} cannot be written: ENOTDIR`
  })
})

test.for([
  [64e9, 'pass', '64 GB free in /h'],
  [400e6, 'warn', 'only 0.4 GB free in /h'],
  [3e6, 'fail', 'only 0.0 GB free in /h'],
  [null, 'pass', '/h can be written']
] as const)('%s bytes free is a %s', ([freeBytes, level, why]) => {
  expect(checkHome({ home: '/h', error: null, freeBytes })).toMatchObject({ level, why })
})

test('an agent without a home needs none', () => {
  expect(checkHome(undefined).level).toBe('pass')
})
