/** Once before all tests: the dashboard, built from its sources unless it was already. */

import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '../../web')

export async function setup(): Promise<void> {
  const sources = globSync(join(root, '{*.html,vite.config.ts,src/**/*}'))
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs))
  const built = statSync(join(root, 'dist/index.html'), { throwIfNoEntry: false })
  if (built !== undefined && built.mtimeMs > newest) return
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error' })
}
