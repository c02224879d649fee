import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inOrder } from '../../src/cli/in-order.ts'

const at = (time: number): number => time

async function* of(...groups: (readonly number[])[]): AsyncGenerator<number, void, void> {
  for (const group of groups) {
    yield* group
    await sleep(100)
  }
}

test('events that arrive together come out by their times', async () => {
  expect(await Array.fromAsync(inOrder(of([3, 1, 2]), at, 50))).toEqual([1, 2, 3])
})

test('nothing waits for ever: a later window comes later', async () => {
  expect(await Array.fromAsync(inOrder(of([5, 4], [2, 1]), at, 20))).toEqual([4, 5, 1, 2])
})

test('a failure reaches the reader after what came before', async () => {
  async function* failing(): AsyncGenerator<number, void, void> {
    yield 1
    await sleep(50)
    throw new Error('gone')
  }
  const seen: number[] = []
  const reading = async (): Promise<void> => {
    for await (const event of inOrder(failing(), at, 10)) {
      seen.push(event)
      await sleep(100)
    }
  }
  await expect(reading()).rejects.toThrow('gone')
  expect(seen).toEqual([1])
})

test('leaving early ends the source', async () => {
  let ended = false
  async function* endless(): AsyncGenerator<number, void, void> {
    try {
      for (let time = 0; ; time++) {
        yield time
        await sleep(1)
      }
    } finally {
      ended = true
    }
  }
  for await (const event of inOrder(endless(), at, 10)) if (event > 5) break
  expect(ended).toBe(true)
})
