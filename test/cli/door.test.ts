/** The door of the package, bin/peerwork.js: any Node in, the right Node behind it. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { temporary } from './harness.ts'

const DOOR = resolve('bin/peerwork.js')

/** Every Node that this machine has, an older one included when there is one. */
function nodes(): [version: string, path: string][] {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = [process.execPath, ...folders.map((folder) => join(folder, 'node'))]
  const byVersion = new Map<string, string>()
  for (const path of found.filter(existsSync)) {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    if (!byVersion.has(stdout.trim())) byVersion.set(stdout.trim(), path)
  }
  return [...byVersion]
}

const env = (): NodeJS.ProcessEnv => {
  return { ...process.env, XDG_CACHE_HOME: temporary('cache'), NO_COLOR: '' }
}

test.for(nodes())('with node %s the command runs in a node that is new enough', ([, node]) => {
  const { stdout, stderr, status } = spawnSync(node, [DOOR, 'version', '--json'], {
    encoding: 'utf8',
    env: env()
  })
  expect([status, stderr]).toEqual([0, ''])
  expect((JSON.parse(stdout) as { node: string }).node).toBe(process.versions.node)
})

test.for(nodes())('with node %s the exit code comes through', ([, node]) => {
  const { status, stderr } = spawnSync(node, [DOOR, 'nonsense'], { encoding: 'utf8', env: env() })
  expect(status).toBe(2)
  expect(stderr).toContain('error BAD_OPTION')
})

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129]
] as const
const CASES = nodes().flatMap(([version, node]) =>
  SIGNALS.map(([signal, code]) => [version, signal, code, node] as const)
)

test.for(CASES)(
  'with node %s %s ends a waiting command with %i',
  async ([, signal, code, node]) => {
    const args = ['peers', '--wait', '60s', '--preset', 'loopback', '--home', temporary('home')]
    const child = spawn(node, [DOOR, ...args], { env: env() })
    await once(child.stderr, 'data')
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([code, null])
  }
)

test('compiled code is kept for the next start', () => {
  const cache = temporary('cache')
  // A run that measures coverage turns the cache off for everything it starts.
  const { NODE_DISABLE_COMPILE_CACHE: _off, NODE_V8_COVERAGE: _measured, ...rest } = env()
  spawnSync(process.execPath, [DOOR, 'version'], { env: { ...rest, XDG_CACHE_HOME: cache } })
  expect(readdirSync(join(cache, 'peerwork', 'compile')).length).toBeGreaterThan(0)
})

test('a cache that cannot be written is no fault', () => {
  const { status } = spawnSync(process.execPath, [DOOR, 'version'], {
    env: { ...env(), XDG_CACHE_HOME: '/dev/null/cache' },
    timeout: 10_000
  })
  expect(status).toBe(0)
})

test('a reader that has enough ends the output quietly', () => {
  const line = `"${process.execPath}" "${DOOR}" completion zsh | head -1; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8', env: env() })
  expect([stdout, stderr]).toEqual(['#compdef peerwork\n0\n', ''])
})

const old = nodes().find(([version]) => Number.parseInt(version.slice(1), 10) < 26)

test.runIf(old !== undefined)('without a new enough node the error says what to do', () => {
  const folder = temporary('alone')
  mkdirSync(join(folder, 'bin'))
  cpSync(DOOR, join(folder, 'bin', 'peerwork.mjs'))
  const door = join(folder, 'bin', 'peerwork.mjs')
  const { status, stderr } = spawnSync(old?.[1] ?? '', [door], { encoding: 'utf8', env: env() })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^error NODE_TOO_OLD: this is Node .*\nhint: Install Node 26/)
})
