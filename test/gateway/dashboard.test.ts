import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDashboard } from '../../src/gateway/dashboard.ts'
import { temporary } from './observed.ts'

test('what was built is read from the first place where it is', () => {
  const [nowhere, folder] = [temporary(), temporary()]
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<title>x</title>')
  writeFileSync(join(folder, 'assets', 'a-1.js'), 'x()')
  writeFileSync(join(folder, 'assets', 'notes.txt'), 'not for browsers')
  const found = readDashboard([nowhere, folder])
  expect(found?.page).toBe('<title>x</title>')
  expect([...(found?.assets ?? [])].map(([name, { type }]) => [name, type])).toEqual([
    ['a-1.js', 'text/javascript; charset=utf-8']
  ])
  expect(readDashboard([nowhere])).toBeUndefined()
})
