/**
 * Leaves out of an agent's start what costs it milliseconds and is of no use to it, for bundles.
 *
 * The curves of JavaScript are for keys of other kinds than ours, which Node knows itself; they
 * are set up when one is first used. WebAssembly encrypts small packets faster than Node does, but
 * only some of the handshake still go that way (src/node/packet-cipher.ts), and it has to be
 * compiled at every start. Protocols and addresses are sorted to be compared, for which the order
 * of code units does, and the rules of a language need not be loaded.
 */

import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

const CURVE = /^import \{ (\w+)(?: as (\w+))? \} from '(@noble\/curves\/\w+\.js)';$/m
const COMPARE = /([\w.()]+)\.localeCompare\(([\w.()]+)\)/g

type Edit = (source: string) => string

/** Each must find what it is for, or the build fails: an upgrade would undo it silently. */
const EDITS: readonly (readonly [files: RegExp, edit: Edit])[] = [
  [/@libp2p\/crypto\/dist\/src\/keys\/secp256k1\/(index|utils)\.js$/, lazily],
  [/@libp2p\/crypto\/dist\/src\/keys\/ed25519\/index\.js$/, lazily],
  [/libp2p-noise\/dist\/src\/crypto\/js\.js$/, lazily],
  [/libp2p-noise\/dist\/src\/crypto\/index\.js$/, natively],
  [/@libp2p\/peer-store\/dist\/src\/utils\/(to-peer-pb|dedupe-addresses)\.js$/, plainly]
]

export function lean(): Plugin {
  return {
    name: 'lean-start',
    setup({ onLoad, onEnd }) {
      const unused = new Set(EDITS.map(([filter]) => filter))
      for (const [filter, edit] of EDITS) {
        onLoad({ filter }, ({ path }) => {
          unused.delete(filter)
          const source = readFileSync(path, 'utf8')
          const contents = edit(source)
          if (contents === source) throw new Error(`${path} has changed: it is not lean any more`)
          return { contents, loader: 'js' }
        })
      }
      onEnd(() => {
        if (unused.size > 0) throw new Error(`no file is like ${[...unused].join(', ')}`)
      })
    }
  }
}

function plainly(source: string): string {
  return source.replaceAll(COMPARE, '($1 < $2 ? -1 : $1 > $2 ? 1 : 0)')
}

/** Everything is the `nodeCrypto` of the module. */
function natively(source: string): string {
  const web = /^import \{[^}]*\} from '@chainsafe\/as-[^']*';$|^const (?:ctx|asImpl) = .*;$/gm
  const [head = '', tail = ''] = source.split(/^export const asCrypto = \{$[^]*?^\};$/m)
  if (tail === '' || head.match(web)?.length !== 4) return source
  return `${head.replaceAll(web, '')}export const asCrypto = nodeCrypto;${tail}`
}

/** A `require` is run when it is reached, also in a bundle. */
function lazily(source: string): string {
  const [line, name = '', alias = name, from = ''] = CURVE.exec(source) ?? []
  if (line === undefined) return source
  return source
    .replace(line, `const ${alias}Lazy = () => require('${from}').${name};`)
    .replaceAll(new RegExp(`\\b${alias}\\.`, 'g'), `${alias}Lazy().`)
}
