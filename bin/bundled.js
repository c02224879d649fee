/**
 * Lets a clone run what `make install` has bundled of it (tools/prebundle.ts), as long as the
 * sources are still those: an agent starts in less than half the time. Otherwise the sources run,
 * with the packages they import still bundled (bin/prebundled.js).
 *
 * Importing this module is enough.
 */

import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

// See bin/kept-code.js.
const { readFileSync, statSync } = module.createRequire(import.meta.url)('node:fs')

const root = new URL('../', import.meta.url)
const folder = fileURLToPath(root)

/** Doors of the sources, and what stands for them. */
const DOORS = new Map(
  [
    ['src/index.ts', 'index.js'],
    ['src/cli/main.ts', 'cli/main.js']
  ].map(([source, bundled]) => [
    new URL(source, root).href,
    new URL(`node_modules/.peerwork/agent/${bundled}`, root).href
  ])
)

if (module.registerHooks !== undefined && isFresh()) {
  module.registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const url = DOORS.get(found.url)
      return url === undefined ? found : { url, format: 'module', shortCircuit: true }
    }
  })
} else {
  await import('./prebundled.js')
}

/**
 * Whether every source, and the packages as npm left them, are those that were bundled: older than
 * the bundle does not say so of a file that was put back with its time, or of the bundle of another
 * clone.
 */
function isFresh() {
  try {
    const made = statSync(`${folder}node_modules/.peerwork/index.json`).mtimeMs
    const sources = readFileSync(`${folder}node_modules/.peerwork/sources.json`, 'utf8')
    // A file that is new is of no use before one of these was edited.
    return JSON.parse(sources).every(([file, bytes, seconds]) => {
      const { size, mtimeMs } = statSync(folder + file)
      return mtimeMs < made && size === bytes && Math.floor(mtimeMs / 1000) === seconds
    })
  } catch {
    return false
  }
}
