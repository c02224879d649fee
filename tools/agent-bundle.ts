/**
 * Bundles the agent: the library and the command line, and what runs beside them in processes and
 * threads of its own.
 *
 * The network stack is some five hundred small modules that cost more to find and read than to run:
 * from a bundle an agent starts in a third of the time. It also means that the guard on length
 * prefixes (src/node/guarded-import.ts) is in the shipped bytes and cannot be missed, and that
 * installing Peerwork brings two packages, not a hundred.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions, BuildResult } from 'esbuild'
import { ZOD } from './bundle-zod.ts'
import { writeFewer } from './fewer-files.ts'
import { guard } from './guard-plugin.ts'
import { lean } from './lean-plugin.ts'
import { REQUIRE_BANNER } from './require-banner.ts'

export const shared: BuildOptions = {
  absWorkingDir: join(import.meta.dirname, '..'),
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

/** What is imported from outside, and by which names. */
const DOORS = ['src/index.ts', 'src/cli/main.ts']

/** @returns what went into it, for its licences */
export async function bundleAgent(root: string, out: string): Promise<readonly BuildResult[]> {
  const guarded = guard()
  const main = await build({
    ...shared,
    outdir: out,
    entryPoints: DOORS,
    splitting: true,
    // Beside index.js, so that paths relative to a chunk are paths relative to the folder.
    chunkNames: '[name]-[hash]',
    plugins: [guarded.plugin, lean()],
    legalComments: 'inline',
    banner: {},
    write: false,
    metafile: true
  })
  if (guarded.used() === 0) throw new Error('the guard on length prefixes found nothing to guard')
  await writeFewer(main, { ...shared, outdir: out })
  for (const [path, { entryPoint, exports }] of Object.entries(main.metafile.outputs)) {
    if (DOORS.includes(entryPoint ?? '')) writeDoor(root, join(root, path), exports)
  }
  // What runs inside the sandbox stands alone, and so does a thread of its own.
  const inner = await build({
    ...shared,
    outdir: out,
    // Only for schemas that cannot print themselves, and then it is the copy that skills get too.
    external: ['zod', 'zod/*'],
    entryPoints: [
      ...['src/tasks/sandbox-entry.ts', 'src/tasks/skill.ts'],
      'src/observer/sqlite/worker-entry.ts'
    ]
  })
  const lent = await build({ ...shared, ...ZOD, outdir: join(out, 'tasks') })
  return [main, inner, lent]
}

/** The ES module of an entry, whose script does the work. */
function writeDoor(root: string, file: string, names: readonly string[]): void {
  const runner = relative(dirname(file), join(root, 'bin/kept-code.js'))
  const script = `import.meta.filename.replace(/js$/,'cjs')`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    `import{run}from${JSON.stringify(runner)};\nexport const{${names.join()}}=run(${script});\n`
  )
}
