/** bin/bundled.js: what a clone runs, its sources or what was bundled of them. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
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

/** A clone with all that is bundled of it; its packages are ours. */
function whole(): string {
  const root = temporary('clone')
  for (const path of ['src', 'tools', 'bin', 'package.json', 'node_modules/.package-lock.json']) {
    cpSync(resolve(path), join(root, path), { recursive: true, preserveTimestamps: true })
  }
  for (const name of readdirSync('node_modules').filter((entry) => !entry.startsWith('.'))) {
    symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name))
  }
  return root
}

function bundle(root: string): readonly string[] {
  const args = ['--conditions=source', 'tools/prebundle.ts']
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return readdirSync(join(root, 'node_modules/.peerwork/agent'))
}

/** Where the code lies that the door of the library leads to. */
function from(root: string): string {
  const text = `const { createAgent } = await import('./src/index.ts')
    await createAgent({ preset: 'none' }).catch(({ stack }) => console.log(stack))`
  const args = ['--conditions=source', '--import=./bin/bundled.js', '--input-type=module', '-e']
  const { stdout } = spawnSync(process.execPath, [...args, text], { cwd: root, encoding: 'utf8' })
  return /node_modules\/\.peerwork\/agent|src\/node/.exec(stdout)?.[0] ?? stdout
}

test('what a running agent has yet to load outlives the next bundle', { timeout: 60_000 }, () => {
  const root = whole()
  const first = bundle(root)
  expect(from(root)).toBe('node_modules/.peerwork/agent')
  const agent = join(root, 'node_modules/.peerwork/agent')
  writeFileSync(join(agent, 'long-gone.cjs'), '')
  mkdirSync(join(root, 'node_modules/.peerwork.123'))
  for (const old of [join(agent, 'long-gone.cjs'), join(root, 'node_modules/.peerwork.123')]) {
    utimesSync(old, MADE, MADE)
  }
  // What makes it is of it too.
  for (const file of ['tools/guard-plugin.ts', 'src/node/diagnosis/look.ts']) {
    const before = readFileSync(join(root, file), 'utf8')
    const { mtime } = statSync(join(root, file))
    writeFileSync(join(root, file), `${before}\nglobalThis.name = 'other'\n`)
    expect(from(root), file).toBe('src/node')
    if (file.startsWith('src')) continue
    writeFileSync(join(root, file), before)
    utimesSync(join(root, file), mtime, mtime)
  }
  const second = bundle(root)
  expect(from(root)).toBe('node_modules/.peerwork/agent')
  expect(second).toEqual(expect.arrayContaining([...first]))
  const looks = second.filter((name) => /^look-\w+\.cjs$/.test(name))
  expect(looks).toHaveLength(2)
  expect(second).not.toContain('long-gone.cjs')
  const left = readdirSync(join(root, 'node_modules')).filter((name) => name.startsWith('.peer'))
  expect(left).toEqual(['.peerwork'])
})
