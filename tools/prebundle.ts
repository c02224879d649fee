/**
 * Bundles for a clone, as `make install` leaves them.
 *
 * From source, most of an agent's start is Node finding and reading eight hundred small modules.
 * So the agent is bundled as it is for the package, and `bin/bundled.js` runs that as long as
 * the sources are those. For sources that were edited there are the packages alone, five hundred of
 * those modules; `bin/prebundled.js` lets them be imported. Without any of it all runs the same,
 * only later.
 */

import { globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { bundleAgent } from './agent-bundle.ts'
import { guard } from './guard-plugin.ts'
import { lean } from './lean-plugin.ts'
import { REQUIRE_BANNER } from './require-banner.ts'

const root = join(import.meta.dirname, '..')
const out = join(root, 'node_modules', '.peerwork')
/** Made beside it, since agents may run from it, and another `make` may do the same. */
const made = `${out}.${process.pid}`
/** How long files stay that are of no use to this bundle, ms. */
const LEFT_MS = 24 * 3_600_000
/** CommonJS, whose names a bundle would not export; and what only the text of a scaffold names. */
const LEFT_ALONE = new Set(['pino', 'peerwork', 'zod'])

/** What npm has installed. */
const LOCK = 'node_modules/.package-lock.json'

/** Packages that the sources import as values. */
function specifiers(): string[] {
  const found = globSync(join(root, 'src/**/*.ts')).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const imports = text.matchAll(/^import (?!type)[^']*?'([^'.][^']*)'/gm)
    return [...imports].map((match) => match[1] ?? '')
  })
  const outside = found.filter((name) => !name.startsWith('node:') && !LEFT_ALONE.has(name))
  return [...new Set(outside)].toSorted()
}

/** Which file it was: how many bytes, and when it was written, in seconds as archives have it. */
function described(file: string): readonly [file: string, bytes: number, seconds: number] {
  // Who installs with another tool than npm has a bundle that is never run.
  const found = statSync(join(root, file), { throwIfNoEntry: false })
  return [file, found?.size ?? -1, Math.floor((found?.mtimeMs ?? 0) / 1000)]
}

/**
 * Puts what was made in its place, the index last. What a running agent has yet to load stays for a
 * day: the names of nearly all files are those of their contents.
 */
function moveIn(began: Date): void {
  const index = join(out, 'index.json')
  rmSync(index, { force: true })
  for (const file of filesIn(made)) {
    mkdirSync(dirname(join(out, file)), { recursive: true })
    renameSync(join(made, file), join(out, file))
  }
  // And what a `make` left that was stopped.
  const left = [...filesIn(out).map((file) => join(out, file)), ...globSync(`${out}.*`)]
  for (const path of left) {
    // Another `make` may have removed it by now.
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity }
    if (began.getTime() - mtimeMs > LEFT_MS) rmSync(path, { recursive: true, force: true })
  }
  renameSync(join(made, 'index'), index)
}

function filesIn(folder: string): readonly string[] {
  return globSync('**/*.*', { cwd: folder })
}

const began = new Date()
// Before they are read, so that what is edited meanwhile is another (bin/bundled.js).
const sources = [...globSync('{src,tools}/**/*.ts', { cwd: root }), LOCK].map(described)
const guarded = guard()
const names = specifiers()
const files = names.map((name) => name.replaceAll(/[^a-z0-9]+/gi, '-'))
try {
  await build({
    absWorkingDir: root,
    outdir: made,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    minifyWhitespace: true,
    logLevel: 'error',
    banner: REQUIRE_BANNER,
    entryPoints: names.map((name, at) => ({ in: name, out: files[at] ?? name })),
    splitting: true,
    plugins: [guarded.plugin, lean()]
  })
  if (guarded.used() === 0) throw new Error('the guard on length prefixes found nothing to guard')
  await bundleAgent(root, join(made, 'agent'))
  const index = Object.fromEntries(names.map((name, at) => [name, `${files[at]}.js`]))
  writeFileSync(join(made, 'sources.json'), JSON.stringify(sources))
  writeFileSync(join(made, 'index'), JSON.stringify(index, null, 2))
  // Its time is the time of the whole, also for make: what was edited since is newer.
  utimesSync(join(made, 'index'), began, began)
  moveIn(began)
} finally {
  rmSync(made, { recursive: true, force: true })
}
