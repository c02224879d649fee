/** src/within-bundle.ts: what other people's bundlers get of Peerwork. */

import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import * as all from '../src/index.ts'
import * as within from '../src/within-bundle.ts'

const SKILL = `
import { defineSkill } from 'peerwork'
export default defineSkill({ name: 'shout', run: (text) => text.toUpperCase() })`
const ERROR = `
import { PeerworkError, createAgent } from 'peerwork'
console.log(new PeerworkError('BUSY', 'later').hint !== '', typeof createAgent)`
const AGENT = `
import { createAgent } from 'peerwork'
createAgent({ name: 'bob' }).then(console.log, (error) => console.log(error.code))`

/** A program, bundled by somebody who has the package; it is run elsewhere. */
async function bundled(program: string, format: 'esm' | 'cjs'): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'peerwork-bundled-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const home = join(root, 'here/node_modules/peerwork')
  await mkdir(home, { recursive: true })
  await cp('package.json', join(home, 'package.json'))
  const shared = { bundle: true, platform: 'node', logLevel: 'error' } as const
  const dist = join(home, 'dist')
  // As tools/build.ts does it.
  const own = { minifyWhitespace: true, minifySyntax: true, format: 'esm', outdir: dist } as const
  await build({ ...shared, ...own, entryPoints: ['src/within-bundle.ts'] })
  await writeFile(join(dist, 'index.js'), `throw new Error('this is not for bundlers')`)
  await writeFile(join(root, 'here/program.js'), program)
  const outfile = join(root, 'elsewhere', `program.${format === 'esm' ? 'mjs' : 'cjs'}`)
  await build({ ...shared, format, outfile, entryPoints: [join(root, 'here/program.js')] })
  return outfile
}

function run(file: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  return `${stdout}${stderr}`.trim()
}

test('bundlers get every name of the package', () => {
  expect(Object.keys(within).toSorted()).toEqual(Object.keys(all).toSorted())
})

test('a bundled skill needs nothing beside it', async () => {
  expect(run(await bundled(`${SKILL}\nconsole.log('loaded')`, 'esm'))).toBe('loaded')
})

test.for(['esm', 'cjs'] as const)('a bundled program has our errors, as %s', async (format) => {
  expect(run(await bundled(ERROR, format))).toBe('true function')
})

test.for(['esm', 'cjs'] as const)('its agent is the installed one, from %s', async (format) => {
  const file = await bundled(AGENT, format)
  expect(run(file)).toBe('ERR_MODULE_NOT_FOUND')
  const installed = join(dirname(file), 'node_modules/peerwork')
  await mkdir(join(installed, 'dist'), { recursive: true })
  await cp('package.json', join(installed, 'package.json'))
  const text = 'export const createAgent = async ({ name }) => `an agent, ${name}`'
  await writeFile(join(installed, 'dist/index.js'), text)
  expect(run(file)).toBe('an agent, bob')
})
