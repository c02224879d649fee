/** The version of this software, from its package.json. */

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const VERSION: string = readVersion()

/** Two levels up from source, one from the package's bundle, three from that of a clone. */
function readVersion(): string {
  for (const path of ['../../package.json', '../package.json', '../../../package.json']) {
    try {
      const found = require(path) as { name?: string; version?: string }
      if (found.name === 'peerwork' && found.version !== undefined) return found.version
    } catch {
      // Not here; the other place is tried next.
    }
  }
  return '0.0.0'
}
