import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineParser } from '../../src/node/control-lines.ts'

const lines = (parser: LineParser, bytes: Uint8Array): string[] =>
  [...parser.push(bytes)].map((line) => Buffer.from(line).toString())

test('lines come out whole, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z ]{0,30}$/)),
      fc.integer({ min: 1 }),
      (all, size) => {
        const parser = new LineParser(100)
        const bytes = Buffer.from(all.map((line) => `${line}\n`).join(''))
        const found: string[] = []
        for (let at = 0; at < bytes.length; at += size) {
          found.push(...lines(parser, bytes.subarray(at, at + size)))
        }
        expect(found).toEqual(all)
      }
    )
  )
})

test('a line of exactly the cap passes, one byte more does not', () => {
  expect(lines(new LineParser(4), Buffer.from('abcd\n'))).toEqual(['abcd'])
  expect(() => lines(new LineParser(4), Buffer.from('abcde'))).toThrow('over 4 bytes')
})

test('the cap counts what came in pieces', () => {
  const parser = new LineParser(4)
  expect(lines(parser, Buffer.from('abc'))).toEqual([])
  expect(() => lines(parser, Buffer.from('de'))).toThrow('over 4 bytes')
})
