/**
 * Lets a clone run what `make install` has bundled of it (tools/prebundle.ts), as long as no source
 * is newer: an agent starts in less than half the time. Otherwise the sources run, with the
 * packages they import still bundled (bin/prebundled.js).
 *
 * Importing this module is enough.
 */

import { readdirSync, statSync } from 'node:fs'
import * as module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)

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

/** Whether the bundle is newer than every source, and than every package as npm left them. */
function isFresh() {
  try {
    const made = modified('node_modules/.peerwork/index.json')
    const sources = readdirSync(new URL('src/', root), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
    if (modified('node_modules/.package-lock.json') >= made) return false
    return sources.every((file) => statSync(file).mtimeMs < made)
  } catch {
    return false
  }
}

function modified(path) {
  return statSync(fileURLToPath(new URL(path, root))).mtimeMs
}
