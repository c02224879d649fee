/**
 * Builds the published package: three bundles and the types.
 *
 * Bundled, because the network stack is some five hundred small modules that cost more to find and
 * read than to run: an agent starts in a third of the time. It also means that the guard on length
 * prefixes (src/node/guarded-import.ts) is in the shipped bytes and cannot be missed, and that
 * installing Peerwork brings two packages, not a hundred.
 */

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions, BuildResult } from 'esbuild'
import { ZOD } from './bundle-zod.ts'
import { writeFewer } from './fewer-files.ts'
import { buildDashboard } from './dashboard.ts'
import { guard } from './guard-plugin.ts'
import { lean } from './lean-plugin.ts'
import { REQUIRE_BANNER } from './require-banner.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

const guarded = guard()

const shared: BuildOptions = {
  absWorkingDir: root,
  outdir: dist,
  outbase: 'src',
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
  banner: REQUIRE_BANNER
}

rmSync(dist, { recursive: true, force: true })
const main = await build({
  ...shared,
  entryPoints: ['src/index.ts', 'src/cli/main.ts'],
  splitting: true,
  // Beside index.js, so that paths relative to a chunk are paths relative to dist/.
  chunkNames: '[name]-[hash]',
  plugins: [guarded.plugin, lean()],
  legalComments: 'inline',
  banner: {},
  write: false,
  metafile: true
})
await writeFewer(main, shared)
// What runs inside the sandbox stands alone, and so does a thread of its own.
const inner = await build({
  ...shared,
  // Only for schemas that cannot print themselves, and then it is the copy that skills get too.
  external: ['zod', 'zod/*'],
  entryPoints: [
    ...['src/tasks/sandbox-entry.ts', 'src/tasks/skill.ts'],
    'src/observer/sqlite/worker-entry.ts'
  ]
})
// Goes into other people's programs, and runs on their Node; each file stands alone.
const client = await build({
  ...shared,
  entryPoints: ['src/trace/tracer.ts', 'src/trace/langchain.ts', 'src/trace/ai-sdk.ts'],
  target: 'node20',
  banner: {}
})
const lent = await build({ ...shared, ...ZOD, outdir: join(dist, 'tasks') })
await buildDashboard(join(dist, 'web'))
if (guarded.used() === 0) throw new Error('the guard on length prefixes found nothing to guard')
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit'
  }
)
writeFileSync(join(dist, 'THIRD-PARTY.md'), notice([main, inner, client, lent]))

/** What is bundled comes with its authors' licences. */
function notice(results: readonly BuildResult[]): string {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}))
  const folders = inputs.flatMap((path) => {
    return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []
  })
  const sections = [...new Set(folders)].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8')
    ) as { name: string; version: string; license?: string }
    const texts = globSync(join(root, folder, '{LICENSE,LICENCE,COPYING,license}*')).toSorted()
    const words = texts.map((path) => readFileSync(path, 'utf8').trim()).join('\n\n')
    return `## ${name} ${version} (${license ?? 'see below'})\n\n${words}\n`
  })
  return `# Bundled in this package\n\n${sections.join('\n')}`
}
