import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { homeFor, openHome, recall, remember } from '../../src/node/home.ts'

const made: string[] = []
const scratch = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'peerwork-home-'))
  made.push(path)
  return path
}
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

test('an option beats the environment, the environment beats the name', () => {
  const env = { PEERWORK_HOME: '/a', XDG_DATA_HOME: '/data' }
  expect(homeFor({ home: '/b', name: 'alice' }, env)).toBe('/b')
  expect(homeFor({ name: 'alice' }, env)).toBe('/a')
  expect(homeFor({ name: 'alice' }, { XDG_DATA_HOME: '/data' })).toBe('/data/peerwork/agents/alice')
  expect(homeFor({}, {})).toBe(join(homedir(), '.local/share/peerwork/agents/default'))
})

test('a name cannot climb out of its directory', () => {
  const home = homeFor({ name: '../../etc' }, { XDG_DATA_HOME: '/data' })
  expect(home.startsWith('/data/peerwork/agents/')).toBe(true)
  expect(home).not.toContain('..')
})

test('a new home is for its owner alone', () => {
  const home = openHome(join(scratch(), 'deep', 'home'))
  expect(statSync(home).mode & 0o777).toBe(0o700)
})

test('a home that others can open is refused', () => {
  const home = scratch()
  chmodSync(home, 0o755)
  expect(() => openHome(home)).toThrow(expect.objectContaining({ code: 'HOME_UNSAFE' }))
})

test('a home that cannot be made says so', () => {
  const file = join(scratch(), 'file')
  writeFileSync(file, '')
  expect(() => openHome(join(file, 'home'))).toThrow(
    expect.objectContaining({ code: 'STORE_FAILED' })
  )
  expect(() => openHome(file)).toThrow(/file already exists/)
})

test.skipIf(process.platform !== 'linux')('nor does one in /proc, which takes no folders', () => {
  const home = new URL('../../src/node/home.ts', import.meta.url).href
  const code = `(await import('${home}')).openHome('/proc/nobody/home')`
  // A process of its own: what never returns cannot be ended from within.
  const words = ['--conditions=source', '--input-type=module', '--eval', code]
  const { status, stderr } = spawnSync(process.execPath, words, { timeout: 20_000 })
  expect(stderr.toString()).toContain('cannot make /proc/nobody/home')
  expect(status).toBe(1)
})

test('facts are kept between starts, one file each, for the owner alone', () => {
  const home = openHome(join(scratch(), 'home'))
  expect(recall(home, 'port')).toBeUndefined()
  remember(home, 'port', '4001')
  remember(home, 'port', '4002')
  expect(recall(home, 'port')).toBe('4002')
  expect(statSync(join(home, 'port')).mode & 0o777).toBe(0o600)
  expect(recall(undefined, 'port')).toBeUndefined()
})
