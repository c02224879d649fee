import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OwnPrices } from '../../../src/observer/prices/own.ts'

const HOUSE = { model: 'house-7b', from: '2026-01-01', input: 2, output: 4 }
/** µs since 1970 */
const NOW = Date.UTC(2026, 10, 21) * 1_000

function temporary(): string {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-prices-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

test('a price counts from the moment it is set, and after a new start', () => {
  const dir = temporary()
  const own = new OwnPrices(dir)
  const { book } = own
  expect(book.find('house-7b', undefined, NOW)).toBeUndefined()
  own.set(HOUSE)
  own.set({ ...HOUSE, provider: 'acme', input: 1 })
  expect(book.find('house-7b', undefined, NOW)).toMatchObject({ input: 2 })
  const again = new OwnPrices(dir)
  expect(again.entries).toEqual(own.entries)
  expect(again.book.find('house-7b', undefined, NOW)).toMatchObject({ input: 2 })
  expect(statSync(own.file).mode & 0o777).toBe(0o600)
})

test('another one of the same model, provider and day takes its place, and no other', () => {
  const own = new OwnPrices(temporary())
  const [later, there] = [
    { ...HOUSE, from: '2026-02-01' },
    { ...HOUSE, provider: 'acme' }
  ]
  for (const price of [HOUSE, later, there, { ...HOUSE, input: 9 }]) own.set(price)
  expect(own.entries).toEqual([later, there, { ...HOUSE, input: 9 }])
  expect(own.remove(there)).toBe(true)
  expect(own.remove(there)).toBe(false)
  expect(own.entries).toEqual([later, { ...HOUSE, input: 9 }])
})

test('what was edited by hand meanwhile is kept, and nonsense stops a change', () => {
  const own = new OwnPrices(temporary())
  own.set(HOUSE)
  const hand = { ...HOUSE, model: 'by-hand' }
  writeFileSync(own.file, JSON.stringify([hand]))
  own.set({ ...HOUSE, input: 3 })
  expect(JSON.parse(readFileSync(own.file, 'utf8'))).toEqual([hand, { ...HOUSE, input: 3 }])
  expect(own.book.find('by-hand', undefined, NOW)).toMatchObject({ input: 2 })
  writeFileSync(own.file, '[{"model": "house"}]')
  expect(() => own.set(HOUSE)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  expect(readFileSync(own.file, 'utf8')).toBe('[{"model": "house"}]')
  expect(own.entries).toHaveLength(2)
})

test('there is an end to how many, and a disk that does not take one is told of', () => {
  const dir = temporary()
  const own = new OwnPrices(dir)
  const all = Array.from({ length: 2_000 }, (_, at) => ({ ...HOUSE, model: `m-${at}` }))
  writeFileSync(own.file, JSON.stringify(all))
  expect(() => own.set(HOUSE)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  own.set({ ...HOUSE, model: 'm-7', input: 7 })
  expect(own.entries).toHaveLength(2_000)
  rmSync(dir, { recursive: true })
  expect(() => own.set(HOUSE)).toThrow(expect.objectContaining({ code: 'STORE_FAILED' }))
  expect(existsSync(own.file)).toBe(false)
})
