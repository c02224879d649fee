/** The dashboard's files, as they were built: read once, and served as they are. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SharePage } from './shares/page.ts'

/** What its pages may do: run and show what they came with, and ask this observer. */
export const DASHBOARD_POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'"],
  ...["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"]
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml'
}

export interface Dashboard {
  /** The page of every address within it. */
  readonly page: string
  /** By name; their names change with what is in them. */
  readonly assets: ReadonlyMap<string, Asset>
  /** Of runs that were shared: a page of its own, for people without a key. */
  readonly share: SharePage | undefined
}

export interface Asset {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Beside the package's bundle, and where a clone has it: from source, and from its bundle. */
const PLACES = ['./web/', '../web/', '../../web/dist/', '../../../web/dist/']

/** @returns nothing where it was not built */
export function readDashboard(
  folders: readonly string[] = PLACES.map((path) => fileURLToPath(new URL(path, import.meta.url)))
): Dashboard | undefined {
  const folder = folders.find((one) => existsSync(join(one, 'index.html')))
  if (folder === undefined) return undefined
  const names = readdirSync(join(folder, 'assets'))
  const assets = names.flatMap((name): [string, Asset][] => {
    const type = TYPES[extname(name)]
    if (type === undefined) return []
    return [[name, { type, bytes: new Uint8Array(readFileSync(join(folder, 'assets', name))) }]]
  })
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  return { page, assets: new Map(assets), share: readShare(folder) }
}

/** One script and one style, so that a file can hold them. */
function readShare(folder: string): SharePage | undefined {
  const path = join(folder, 'share.html')
  if (!existsSync(path)) return undefined
  const page = readFileSync(path, 'utf8')
  const read = (pattern: RegExp): string => {
    const name = pattern.exec(page)?.[1]
    return name === undefined ? '' : readFileSync(join(folder, 'assets', name), 'utf8')
  }
  const script = read(/src="\/assets\/([\w.-]+\.js)"/)
  return { page, script, style: read(/href="\/assets\/([\w.-]+\.css)"/) }
}
