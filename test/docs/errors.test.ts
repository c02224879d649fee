/** docs/errors.md has every code of the table, with its exit code and retry, and no other. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERRORS } from '../../src/protocol/errors.ts'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const ROW = /^\| `([A-Z_]+)` \| (\d) \| (yes|no) \| ([^|]+) \|([^|]*)\| ([^|]+) \|$/gm
const rows = [...page.matchAll(ROW)].map(([, code = '', exit, retry, meaning, facts, action]) => {
  return { code, exit: Number(exit), retry: retry === 'yes', meaning, facts, action }
})

test('every code is documented once, and nothing else is', () => {
  const told = rows.map(({ code }) => code)
  expect(told.toSorted()).toEqual(Object.keys(ERRORS).toSorted())
  expect(page.match(/^\| `/gm)).toHaveLength(rows.length)
})

test('exit codes and retries are those of the table', () => {
  const told = Object.fromEntries(rows.map(({ code, exit, retry }) => [code, { exit, retry }]))
  const real = Object.entries(ERRORS).map(([code, { exit, retry }]) => [code, { exit, retry }])
  expect(told).toEqual(Object.fromEntries(real))
})

test('every code has a meaning, facts by name, and something to do', () => {
  for (const { code, meaning = '', facts = '', action = '' } of rows) {
    expect(meaning, code).toMatch(/^[A-Z].{10,}\.$/s)
    expect(action, code).toMatch(/^[A-Z`].{5,}\.$/s)
    expect(facts.trim(), code).toMatch(/^(?:`[a-zA-Z]+\??`(?:, )?)*$/)
  }
})

test('every exit code in use is explained', () => {
  for (const { exit } of Object.values(ERRORS)) expect(page).toContain(`\n| ${exit} | `)
})
