import { expect, test } from 'vitest'
import { Bell } from '../../../src/node/trace/bell.ts'

test('a ring while nobody waits is not missed, and several are one', async () => {
  const bell = new Bell()
  bell.ring()
  bell.ring()
  await bell.wait()
  let rung = false
  const waiting = bell.wait().then(() => (rung = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(rung).toBe(false)
  bell.ring()
  await waiting
  expect(rung).toBe(true)
})
