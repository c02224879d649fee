/**
 * Bundles the packages that the agent imports, for running from source.
 *
 * From source, most of an agent's start is Node finding and reading some five hundred small modules
 * of the network stack. `make install` puts them into a few files once; `bin/prebundled.js` lets
 * our own sources import those instead. Without it everything runs the same, only later.
 */

import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { ZOD } from './bundle-zod.ts'
import { guard } from './guard-plugin.ts'
import { lean } from './lean-plugin.ts'
import { REQUIRE_BANNER } from './require-banner.ts'

const root = join(import.meta.dirname, '..')
const out = join(root, 'node_modules', '.peerwork')
/** CommonJS, whose names a bundle would not export; and what only the text of a scaffold names. */
const LEFT_ALONE = new Set(['pino', 'peerwork', 'zod'])

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

const guarded = guard()
const names = specifiers()
const files = names.map((name) => name.replaceAll(/[^a-z0-9]+/gi, '-'))
rmSync(out, { recursive: true, force: true })
const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  minifyWhitespace: true,
  logLevel: 'error',
  banner: REQUIRE_BANNER
}
await build({
  ...shared,
  outdir: out,
  entryPoints: names.map((name, at) => ({ in: name, out: files[at] ?? name })),
  splitting: true,
  plugins: [guarded.plugin, lean()]
})
// What runs inside the sandbox: see src/tasks/runner-entry.ts.
await build({
  ...shared,
  outdir: join(out, 'tasks'),
  // Only for schemas that cannot print themselves, and then it is the copy that skills get too.
  external: ['zod', 'zod/*'],
  entryPoints: ['src/tasks/sandbox-entry.ts', 'src/tasks/skill.ts']
})
await build({ ...shared, ...ZOD, outdir: join(out, 'tasks') })
if (guarded.used() === 0) throw new Error('the guard on length prefixes found nothing to guard')
const index = Object.fromEntries(names.map((name, at) => [name, `${files[at]}.js`]))
writeFileSync(join(out, 'index.json'), JSON.stringify(index, null, 2))
