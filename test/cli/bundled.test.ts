/** bin/bundled.js: what a clone runs, its sources or what was bundled of them. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { temporary } from './harness.ts'

/** When the bundle was made, seconds. */
const MADE = 1_000_000
const FILES: Record<string, string> = {
  'package.json': '{"type":"module"}',
  'play.js': `import { who } from './src/index.ts'\nconsole.log(who)`,
  'src/index.ts': `export { who } from './deep/who.ts'`,
  'src/deep/who.ts': `export const who: string = 'the sources'`,
  'node_modules/.package-lock.json': '{}',
  'node_modules/.peerwork/index.json': '{}',
  'node_modules/.peerwork/agent/index.js': `export const who = 'the bundle'`
}

/** A clone in small, whose bundle is newer than all the rest. */
function clone(): string {
  const root = temporary('clone')
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    utimesSync(join(root, path), MADE - 1, MADE - 1)
  }
  const from = ['src/index.ts', 'src/deep/who.ts', 'node_modules/.package-lock.json']
  const sources = from.map((path) => [path, Buffer.byteLength(FILES[path] ?? ''), MADE - 1])
  writeFileSync(join(root, 'node_modules/.peerwork/sources.json'), JSON.stringify(sources))
  utimesSync(join(root, 'node_modules/.peerwork/index.json'), MADE, MADE)
  cpSync(resolve('bin'), join(root, 'bin'), { recursive: true })
  return root
}

function runs(root: string): string {
  const args = ['--import', './bin/bundled.js', 'play.js']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return `${stdout}${stderr}`.trim()
}

test('the bundle runs as long as it is the newest', () => {
  expect(runs(clone())).toBe('the bundle')
})

test.for(['src/index.ts', 'src/deep/who.ts', 'node_modules/.package-lock.json'])(
  'the sources run when %s is newer',
  (path) => {
    const root = clone()
    utimesSync(join(root, path), MADE + 1, MADE + 1)
    expect(runs(root)).toBe('the sources')
  }
)

test.for([
  'node_modules/.peerwork/index.json',
  'node_modules/.peerwork/sources.json',
  'node_modules/.package-lock.json'
])('the sources run without %s', (path) => {
  const root = clone()
  rmSync(join(root, path))
  expect(runs(root)).toBe('the sources')
})

/** As `cp -p`, `mv`, `tar` and `git clone` some time ago leave a file. */
test.for([
  ['of another time', FILES['src/deep/who.ts'] ?? '', MADE - 100],
  ['of another length', `export const who: string = 'the sources' // older`, MADE - 1]
] as const)('the sources run when one is not the one that was bundled, but %s', ([, text, at]) => {
  const root = clone()
  writeFileSync(join(root, 'src/deep/who.ts'), text)
  utimesSync(join(root, 'src/deep/who.ts'), at, at)
  expect(runs(root)).toBe('the sources')
})

test('a copy whose times were cut to seconds runs its bundle', () => {
  const root = clone()
  utimesSync(join(root, 'src/index.ts'), MADE - 0.25, MADE - 0.25)
  expect(runs(root)).toBe('the bundle')
})

test('the sources run when one was edited in the second in which they were bundled', () => {
  const root = clone()
  utimesSync(join(root, 'node_modules/.peerwork/index.json'), MADE - 0.5, MADE - 0.5)
  expect(runs(root)).toBe('the bundle')
  utimesSync(join(root, 'src/index.ts'), MADE - 0.25, MADE - 0.25)
  expect(runs(root)).toBe('the sources')
})

test('a source that is gone was edited elsewhere', () => {
  const root = clone()
  writeFileSync(join(root, 'src/index.ts'), `export const who = 'what is left'`)
  rmSync(join(root, 'src/deep/who.ts'))
  utimesSync(join(root, 'src/index.ts'), MADE - 1, MADE - 1)
  expect(runs(root)).toBe('what is left')
})
