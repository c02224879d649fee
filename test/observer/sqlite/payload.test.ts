import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/protocol/json.ts'
import { ordered } from '../../../src/observer/merge.ts'
import { Day } from '../../../src/observer/sqlite/day.ts'

let dir: string
let day: Day
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'peerwork-payload-'))
  day = new Day(join(dir, 'day.db'), { id: 1, start: 0 })
})
afterEach(async () => {
  day.close()
  await rm(dir, { recursive: true })
})

const kept = (attributes: JsonObject): JsonObject => {
  day.db.begin()
  const references = day.payloads.add(attributes, undefined)
  day.commit()
  return day.payloads.read(references ?? new Uint8Array(0))
}
const bytesIn = (table: 'block' | 'message'): number =>
  Number(day.db.get(`SELECT ifnull(sum(length(bytes)), 0) FROM ${table}`)?.[0])

test('any JSON comes back as it was', () => {
  const long = fc.string({ minLength: 500, maxLength: 900 })
  const value = fc.oneof(fc.jsonValue(), long, fc.array(fc.record({ content: long })))
  const text = fc.oneof(
    value,
    value.map((one) => JSON.stringify(one)),
    fc.constant('\0d')
  )
  const asked = fc.property(fc.dictionary(fc.string(), text), (attributes) => {
    const plain = JSON.parse(JSON.stringify(attributes)) as JsonObject
    expect(kept(plain)).toEqual(ordered(plain))
  })
  fc.assert(asked, { numRuns: 200 })
})

test('a history that grows by a turn costs a turn', () => {
  const turn = (n: number) => ({ role: 'user', content: `${n}`.repeat(400) })
  const history = (turns: number) => ({
    'gen_ai.input.messages': JSON.stringify(Array.from({ length: turns }, (_, n) => turn(n)))
  })
  kept(history(40))
  const before = bytesIn('message')
  kept(history(41))
  expect(bytesIn('message') - before).toBeLessThan(before / 20)
})

test('the same attributes twice are one version', () => {
  day.db.begin()
  const once = day.payloads.add({ a: 1 }, undefined)
  expect(day.payloads.add({ a: 1 }, once)).toBe(once)
  const two = day.payloads.add({ b: 2 }, once)
  day.commit()
  expect(day.payloads.read(two ?? new Uint8Array(0))).toEqual({ a: 1, b: 2 })
})
