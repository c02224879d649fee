/** docs/dependencies.md lists what package.json says, with the same versions and licences. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const page = read('docs/dependencies.md')
const { dependencies, devDependencies } = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}
const versions: Record<string, string> = { ...dependencies, ...devDependencies }
const ROW = /^\| `([^`]+)` \| (\S+) \| ([^|]+) \| \d+ \| \d+ \| ([^|]{10,}) \|$/gm
const rows = [...page.matchAll(ROW)]

/** What the dashboard is built and looked at with, but does not name. */
const TOOLS = ['vite', 'playwright-core', 'axe-core']

/** Packages that the source names; `node:` modules and our own name are none. */
function imported(): string[] {
  const sources = globSync(['src/**/*.ts', 'web/src/**/*.{ts,tsx}'], { cwd: root })
  const names = sources.flatMap((file) => {
    const found = read(file).matchAll(
      /(?:from |import\()'((?:@[\w-]+\/)?[a-z][\w-]*)(?:\/[^']*)?'/g
    )
    return [...found].map(([, name = '']) => name)
  })
  return names.filter((name) => name !== 'peerwork')
}

test('every package in use is listed with its pinned version, and no other is', () => {
  const used = new Set([...Object.keys(dependencies), ...imported(), ...TOOLS])
  const pinned = [...used].map((name) => [name, versions[name]])
  const told = rows.map(([, name, version]) => [name, version])
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(pinned))
})

test('every version is exact', () => {
  for (const version of Object.values(versions)) {
    expect(version).toMatch(/^(?:npm:@libp2p\/\w+@)?\d+\.\d+\.\d+$/)
  }
})

test('every licence is the one in the package', () => {
  for (const [, name = '', , licence] of rows) {
    const { license } = JSON.parse(read(`node_modules/${name}/package.json`)) as { license: string }
    expect(licence?.toLowerCase(), name).toBe(license.toLowerCase())
  }
})
