import { expect, test } from 'vitest'
import { pagesOf } from '../../../src/observer/collect/pages.ts'

const log = (nth: number) => ({ by: 'a', boot: `${nth}`, ranges: [], forks: [] })
const signal = new AbortController().signal

test('every page is asked for after the last log of the one before', async () => {
  const asked: (string | undefined)[] = []
  const page = (after?: { by: string; boot: string }) => {
    asked.push(after?.boot)
    const one = log(asked.length)
    return Promise.resolve({ logs: [one], ...(asked.length < 3 && { next: one }) })
  }
  const pages = await Array.fromAsync(pagesOf({ page, signal, restMs: 0 }))
  expect(pages.flat().map(({ boot }) => boot)).toEqual(['1', '2', '3'])
  expect(asked).toEqual([undefined, '1', '2'])
})

test('a list without end is left after so many pages', async () => {
  const page = () => Promise.resolve({ logs: [log(1)], next: log(1) })
  expect(await Array.fromAsync(pagesOf({ page, signal, restMs: 0 }))).toHaveLength(32)
})
