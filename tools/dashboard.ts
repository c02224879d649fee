/** Builds the dashboard into a package, and holds it to the size it may have. */

import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** Script and style of the first page, gzip, bytes: a second on a slow phone. */
const FIRST_LOAD_BYTES_MAX = 60 * 1024

/** @throws Error when what the first page loads is too large */
export async function buildDashboard(outDir: string): Promise<void> {
  const configFile = join(import.meta.dirname, '../web/vite.config.ts')
  await build({ configFile, logLevel: 'warn', build: { outDir } })
  const page = readFileSync(join(outDir, 'index.html'), 'utf8')
  const files = globSync(join(outDir, 'assets/*.{js,css}'))
  const first = files.filter((path) => page.includes(basename(path)))
  const bytes = first.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0)
  if (bytes > FIRST_LOAD_BYTES_MAX) {
    throw new Error(
      `the dashboard's first load has ${bytes} B, ${FIRST_LOAD_BYTES_MAX} are allowed`
    )
  }
  process.stderr.write(`dashboard: ${(bytes / 1024).toFixed(1)} KiB gzip at first\n`)
}
