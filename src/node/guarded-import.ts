/**
 * Loads the libp2p side of the agent with one flaw of a dependency closed.
 *
 * `lpStream` of `@libp2p/utils` reads a length prefix byte by byte and checks how long the prefix
 * may be only after it was decoded, so a prefix that never ends is buffered without bound. It is
 * reached before any handshake (protocol negotiation) and by libp2p's own services. The fix is one
 * check before the decoding; it is put into the module's source while Node loads it, so that it
 * holds from source, in the published package and in programs that use the library alike.
 * `test/node/guarded-import.test.ts` fails when upstream has fixed it, so that this file can go.
 */

import { registerHooks } from 'node:module'

const MODULE = '/@libp2p/utils/dist/src/stream-utils.js'
const BEFORE = 'lengthBuffer.append(buf);'
const CHECK = `
                if (lengthBuffer.byteLength > (opts?.maxLengthLength ?? 8)) {
                    throw new InvalidDataLengthLengthError('Message length prefix too long');
                }`

/** The module's source with the check in it; `undefined` when it no longer looks as it did. */
export function guardLengthPrefix(source: string): string | undefined {
  const at = source.indexOf(BEFORE)
  const once = at >= 0 && source.indexOf(BEFORE, at + 1) < 0
  if (!once || !source.includes('InvalidDataLengthLengthError')) return undefined
  const end = at + BEFORE.length
  return source.slice(0, end) + CHECK + source.slice(end)
}

/** Import a module, and with it libp2p, through the guard. */
export async function importGuarded<T>(load: () => Promise<T>): Promise<T> {
  // Bundles have the check in them (tools/guard-plugin.ts); hooks would only slow the import down.
  if (!import.meta.url.endsWith('.ts')) return load()
  const hooks = registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(MODULE) || loaded.source === undefined || loaded.source === null) {
        return loaded
      }
      const text =
        typeof loaded.source === 'string'
          ? loaded.source
          : Buffer.from(loaded.source as Uint8Array).toString()
      const guarded = guardLengthPrefix(text)
      if (guarded === undefined) {
        throw new Error(`${MODULE} has changed: the guard against endless length prefixes is off`)
      }
      return { ...loaded, source: guarded }
    }
  })
  try {
    return await load()
  } finally {
    hooks.deregister()
  }
}
