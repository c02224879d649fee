import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Patience } from '../../src/node/patience.ts'
import { openStreamPair } from '../helpers/raw-host.ts'
import type { StreamPair } from '../helpers/raw-host.ts'

let pair: StreamPair
let connection: Connection
let elapsed = 0

beforeEach(async () => {
  pair = await openStreamPair()
  connection = pair.connection
  elapsed = 0
})
afterEach(() => pair[Symbol.asyncDispose]())

test('a stranger is answered 256 times a second, and again in the next', () => {
  const patience = new Patience(() => elapsed)
  const answered = (): number => {
    return Array.from({ length: 300 }, () => patience.lasts(connection)).filter(Boolean).length
  }
  expect(answered()).toBe(256)
  elapsed = 999
  expect(answered()).toBe(0)
  elapsed = 1_000
  expect(answered()).toBe(256)
})
