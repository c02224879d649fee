/** src/tasks/runner-entry.ts: from source, the program of a runner or what was bundled of it. */

import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

/** When the bundle was made, seconds. */
const MADE = 1_000_000
const SOURCES = [
  ...['src/tasks/words.ts', 'src/protocol/words.ts', 'tools/plugin.ts'],
  'node_modules/.package-lock.json'
]
const OTHERS = ['src/node/agent.ts', 'node_modules/.peerwork/agent/tasks/sandbox-entry.js']
const BUNDLE = 'node_modules/.peerwork/agent/tasks/sandbox-entry.js'
const SOURCE = 'src/tasks/sandbox-entry.ts'

/** A clone in small. */
async function clone(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'peerwork-runner-entry-'))
  onTestFinished(() => rm(root, { recursive: true }))
  for (const path of [...SOURCES, ...OTHERS]) await put(root, path, 'text', MADE - 1)
  const known = [...SOURCES, 'src/node/agent.ts'].map((path) => [path, 'text'.length, MADE - 1])
  await put(root, 'node_modules/.peerwork/sources.json', JSON.stringify(known), MADE)
  await put(root, 'node_modules/.peerwork/index.json', '{}', MADE)
  await cp(resolve('src/tasks/runner-entry.ts'), join(root, 'src/tasks/runner-entry.ts'))
  return root
}

async function put(root: string, path: string, text: string, seconds: number): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  await utimes(join(root, path), seconds, seconds)
}

function entry(root: string): string {
  const text = `console.log((await import('./src/tasks/runner-entry.ts')).runnerEntry())`
  const args = ['--input-type=module', '--eval', text]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return `${stdout}${stderr}`.trim().replace(/^.*runner-entry-[^/]*\//, '')
}

test('the bundle, as long as its sources are those', async () => {
  expect(entry(await clone())).toBe(BUNDLE)
})

test('the bundle, when a source was edited that is not in it', async () => {
  const root = await clone()
  await put(root, 'src/node/agent.ts', 'edited', MADE + 1)
  expect(entry(root)).toBe(BUNDLE)
})

test.for([
  ['was edited', 'edit', MADE + 1],
  ['was put back with its old time', 'text', MADE - 100],
  ['has another length', 'longer text', MADE - 1]
] as const)('the source, when one %s', async ([, text, at]) => {
  for (const path of SOURCES) {
    const root = await clone()
    await put(root, path, text, at)
    expect(entry(root), path).toBe(SOURCE)
  }
})

test('the source, when the list is that of another version', async () => {
  const root = await clone()
  await put(root, 'node_modules/.peerwork/sources.json', JSON.stringify(SOURCES), MADE)
  expect(entry(root)).toBe(SOURCE)
})
