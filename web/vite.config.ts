/**
 * The dashboard as static files: one entry, heavy views in pieces of their own. Then, in a pass of
 * its own, the page of shared runs: it loads nothing of the dashboard, and is one script and one
 * style, so that a file can hold them.
 */

import { join } from 'node:path'
import { build, defineConfig } from 'vite'
import type { InlineConfig, Plugin } from 'vite'

const common = {
  target: 'es2023',
  // What is inlined as data: would need a weaker policy.
  assetsInlineLimit: 0,
  modulePreload: { polyfill: false },
  reportCompressedSize: false
} as const

function sharedRuns(): Plugin {
  let config: InlineConfig = {}
  return {
    name: 'shared-runs',
    apply: 'build',
    configResolved({ root, base, logLevel = 'warn', build: { outDir } }) {
      const input = join(root, 'share.html')
      const more = { outDir, emptyOutDir: false, rolldownOptions: { input } }
      config = { configFile: false, root, base, logLevel, build: { ...common, ...more } }
    },
    // Not when the bundle is closed: that happens after a failure, too.
    async writeBundle() {
      await build(config)
    }
  }
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [sharedRuns()],
  build: { ...common, outDir: 'dist', emptyOutDir: true }
})
