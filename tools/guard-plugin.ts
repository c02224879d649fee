/** The guard on length prefixes (src/node/guarded-import.ts), for bundles. */

import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'
import { guardLengthPrefix } from '../src/node/guarded-import.ts'

/**
 * `used` counts the modules it was put into: a bundle of the network stack without it is a fault.
 */
export function guard(): { readonly plugin: Plugin; readonly used: () => number } {
  let used = 0
  const plugin: Plugin = {
    name: 'guard-length-prefix',
    setup({ onLoad }) {
      onLoad({ filter: /@libp2p\/utils\/dist\/src\/stream-utils\.js$/ }, ({ path }) => {
        const contents = guardLengthPrefix(readFileSync(path, 'utf8'))
        if (contents === undefined) throw new Error(`${path} has changed: check the guard`)
        used++
        return { contents, loader: 'js' }
      })
    }
  }
  return { plugin, used: () => used }
}
