/** docs/dependencies.md lists what package.json says, with the same versions and licences. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/dependencies.md')
const { dependencies } = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
}
const ROW = /^\| `([^`]+)` \| (\S+) \| ([^|]+) \| \d+ \| \d+ \| ([^|]{10,}) \|$/gm
const rows = [...page.matchAll(ROW)]

test('every dependency is listed with its pinned version, and nothing else is', () => {
  expect(Object.fromEntries(rows.map(([, name, version]) => [name, version]))).toEqual(dependencies)
})

test('every version is exact', () => {
  for (const version of Object.values(dependencies)) {
    expect(version).toMatch(/^(?:npm:@libp2p\/\w+@)?\d+\.\d+\.\d+$/)
  }
})

test('every licence is the one in the package', () => {
  for (const [, name = '', , licence] of rows) {
    const { license } = JSON.parse(read(`node_modules/${name}/package.json`)) as { license: string }
    expect(licence?.toLowerCase(), name).toBe(license.toLowerCase())
  }
})
