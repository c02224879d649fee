/**
 * Builds the published package: the agent (tools/agent-bundle.ts), the tracer for other people's
 * programs, the dashboard, and the types.
 */

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { BuildResult } from 'esbuild'
import { bundleAgent, shared } from './agent-bundle.ts'
import { buildDashboard } from './dashboard.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const agent = await bundleAgent(root, dist)
// Goes into other people's programs, and runs on their Node; each file stands alone.
const client = await build({
  ...shared,
  outdir: dist,
  entryPoints: [
    ...['src/trace/tracer.ts', 'src/trace/langchain.ts', 'src/trace/ai-sdk.ts'],
    'src/within-bundle.ts'
  ],
  target: 'node20',
  banner: {}
})
await buildDashboard(join(dist, 'web'))
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit'
  }
)
writeFileSync(join(dist, 'THIRD-PARTY.md'), notice([...agent, client]))

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
