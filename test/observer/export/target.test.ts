import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportTarget } from '../../../src/observer/export/target.ts'
import { temporary } from '../alerts/house.ts'

test('an address without a path means the usual one', () => {
  const urlOf = (to: string) => exportTarget({ 'export-otlp': to }, '/')?.url.href
  expect(urlOf('http://collector:4318')).toBe('http://collector:4318/v1/traces')
  expect(urlOf('https://example.org/otlp/x')).toBe('https://example.org/otlp/x')
  expect(exportTarget({}, '/')).toBeUndefined()
  for (const bad of ['collector:4318', 'ftp://x/', 'http://user:pw@x/', '']) {
    expect(() => urlOf(bad)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  }
})

test('headers are read from a private file, and its faults told without them', () => {
  const dir = temporary()
  const values = { 'export-otlp': 'http://x', 'export-headers': 'headers' }
  const path = join(dir, 'headers')
  const write = (text: string): void => writeFileSync(path, text, { mode: 0o600 })
  write('# for the backend\n\nAuthorization: Bearer geheim\r\nx-scope: a\n')
  expect(exportTarget(values, dir)?.headers).toEqual({
    ...{ authorization: 'Bearer geheim', 'x-scope': 'a' }
  })
  for (const text of ['geheim', 'a b: geheim', 'a: geheim\u0001x', 'content-length: 1']) {
    write(text)
    expect(() => exportTarget(values, dir)).toThrow('line 1')
    expect(() => exportTarget(values, dir)).not.toThrow('geheim')
  }
  chmodSync(path, 0o644)
  expect(() => exportTarget(values, dir)).toThrow('chmod 600')
  expect(() => exportTarget({ 'export-headers': 'headers' }, dir)).toThrow('--export-otlp')
  expect(() => exportTarget({ ...values, 'export-headers': 'none' }, dir)).toThrow('ENOENT')
})

test('a way to pack is gzip or none', () => {
  const read = (way?: string, to?: string) =>
    exportTarget({ 'export-otlp': to, 'export-compression': way }, '/')?.compression
  expect([read(undefined, 'http://x'), read('none', 'http://x'), read('gzip', 'http://x')]).toEqual(
    [...[undefined, 'none', 'gzip']]
  )
  expect(() => read('zip', 'http://x')).toThrow('gzip or none')
  expect(() => read('none')).toThrow('goes with --export-otlp')
})
