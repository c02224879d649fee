/** Zod as few files, for the skills that share Peerwork's copy (src/tasks/sandbox-resolve.ts). */

import type { BuildOptions } from 'esbuild'

/**
 * Everything that shares state or classes. Each is found by its own name beside the runner, such as
 * `zod/v4/core.js`.
 */
const NAMES = [
  'zod',
  'zod/mini',
  'zod/compile',
  'zod/locales',
  'zod/v4',
  'zod/v4-mini',
  'zod/v4/core',
  'zod/v4/locales',
  'zod/v4/mini'
]

export const ZOD: Pick<BuildOptions, 'banner' | 'entryPoints' | 'splitting' | 'chunkNames'> = {
  entryPoints: NAMES.map((name) => ({ in: name, out: name })),
  splitting: true,
  chunkNames: 'zod/[name]-[hash]',
  // Nothing in it asks for `require`.
  banner: {}
}
