import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { answer, asker } from '../../bench/lines.ts'

/** Two ends of a pipe within this process; counts writes. */
function pipe() {
  const [near, far] = [new EventEmitter(), new EventEmitter()]
  const end = (from: EventEmitter, to: EventEmitter) =>
    Object.assign(from, {
      writes: 0,
      write(bytes: Uint8Array) {
        this.writes++
        setImmediate(() => to.emit('data', Buffer.from(bytes)))
      }
    })
  return { near: end(near, far), far: end(far, near) }
}

test('answers find the question they belong to, in whatever order they come', async () => {
  const { near, far } = pipe()
  const ask = asker(near)
  answer(far, async (bytes) => {
    if (bytes[0] === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    return bytes
  })
  const answers = await Promise.all([0, 1, 2].map((byte) => ask(Uint8Array.of(byte))))
  expect(answers.map(([byte]) => byte)).toEqual([0, 1, 2])
})

test('frames of one turn leave in groups of at most eight', async () => {
  const { near, far } = pipe()
  answer(far, async (bytes) => bytes)
  const ask = asker(near)
  await Promise.all(Array.from({ length: 20 }, () => ask(Uint8Array.of(1))))
  expect(near.writes).toBe(3)
})
