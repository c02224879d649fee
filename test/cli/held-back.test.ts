import { once } from 'node:events'
import { expect, test } from 'vitest'
import { heldBack } from '../../src/cli/held-back.ts'

/** A source that the test feeds, and a clock that it turns. */
function open() {
  const it = { now: 0, told: [] as string[], ended: false }
  const waiting: string[] = []
  let wake = Promise.withResolvers<void>()
  async function* source(): AsyncGenerator<string, void, void> {
    for (;;) {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) yield one
      if (it.ended) return
      await wake.promise
      wake = Promise.withResolvers()
    }
  }
  const say = (...events: readonly string[]): void => {
    waiting.push(...events)
    wake.resolve()
  }
  const end = (): void => {
    it.ended = true
    wake.resolve()
  }
  const holdMs = (event: string): number => (event.startsWith('late') ? 20 : 0)
  const reading = (async () => {
    for await (const event of heldBack(source(), holdMs, () => it.now)) it.told.push(event)
  })()
  return { it, say, end, reading }
}

const turn = (): Promise<unknown> => once(AbortSignal.timeout(40), 'abort')

test('what is held goes when it is due, and what came after it does not overtake it', async () => {
  const { it, say, end, reading } = open()
  say('one', 'late two', 'three')
  await turn()
  expect(it.told).toEqual(['one'])
  it.now = 20
  await expect.poll(() => it.told).toEqual(['one', 'late two', 'three'])
  say('four')
  await expect.poll(() => it.told).toHaveLength(4)
  end()
  await reading
})

test('when there is no more, nothing is held', async () => {
  const { it, say, end, reading } = open()
  say('late one', 'late two')
  await turn()
  expect(it.told).toEqual([])
  end()
  await reading
  expect(it.told).toEqual(['late one', 'late two'])
})

test('of a flood the oldest go at once', async () => {
  const { it, say, end, reading } = open()
  say(...Array.from({ length: 1_005 }, (_, nth) => `late ${nth}`))
  await expect.poll(() => it.told).toEqual([0, 1, 2, 3, 4].map((nth) => `late ${nth}`))
  end()
  await reading
  expect(it.told).toHaveLength(1_005)
})
