import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { readJson } from '../../src/gateway/json-body.ts'

const shape = z.strictObject({ a: z.strictObject({ b: z.int() }) })
const read = (body: string | Uint8Array<ArrayBuffer>) =>
  readJson(new Request('http://x/', { method: 'POST', body }), shape)

test('a body of the shape is read', async () => {
  expect(await read('{"a":{"b":1}}')).toEqual({ a: { b: 1 } })
})

test.each([
  ['', 'no JSON'],
  ['{', 'no JSON'],
  [new Uint8Array([0xff]), 'no JSON'],
  ['{"a":{"b":"x"}}', /^a\.b: /],
  ['{"a":{"b":1,"c":2}}', 'a.c: not known here'],
  ['{"a":{"b":1},"__proto__":{}}', '__proto__: not known here'],
  ['null', /./],
  [`{"a":"${'x'.repeat(70_000)}"}`, 'more than 65536 bytes']
])('%s is refused in words', async (body, why) => {
  await expect(read(body)).rejects.toThrow(why)
})
