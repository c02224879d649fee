/**
 * Lets the sources import the packages that `make install` has bundled (tools/prebundle.ts).
 *
 * Importing this module is enough. It does nothing when there is no bundle, when packages were
 * installed after it was made, or on a Node without the hooks.
 */

import { readFileSync, statSync } from 'node:fs'
import * as module from 'node:module'

const folder = new URL('../node_modules/.peerwork/', import.meta.url)
const sources = new URL('../src/', import.meta.url).href

const index = freshIndex()
if (index !== undefined && module.registerHooks !== undefined) {
  module.registerHooks({
    resolve(specifier, context, next) {
      const file = index.get(specifier)
      if (file === undefined || !context.parentURL?.startsWith(sources)) {
        return next(specifier, context)
      }
      return { url: file, format: 'module', shortCircuit: true }
    }
  })
}

function freshIndex() {
  try {
    const made = new URL('index.json', folder)
    const installed = new URL('../.package-lock.json', folder)
    if (statSync(made).mtimeMs < statSync(installed).mtimeMs) return undefined
    const entries = Object.entries(JSON.parse(readFileSync(made, 'utf8')))
    return new Map(entries.map(([name, file]) => [name, new URL(file, folder).href]))
  } catch {
    return undefined
  }
}
