import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { TaskResult } from '../../src/node/api.ts'
import { TaskHandle } from '../../src/node/task-handle.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'

const ID = 'ab'.repeat(16)
const RESULT = { task: ID, value: 1 } as unknown as TaskResult
const completed = { type: 'completed', task: ID, result: RESULT } as const
const accepted = { type: 'accepted', task: ID, ahead: 0 } as const
const failed = { type: 'failed', task: ID, error: new PeerworkError('BUSY', 'later') } as const

/** Write chunks one after the other, as the stream of a peer does. */
function write(handle: TaskHandle, count: number) {
  const state = { written: 0 }
  const done = (async () => {
    for (let n = 0; n < count; n++) {
      await handle.pushChunk(n)
      state.written++
    }
  })()
  return { state, done }
}

test('events come in order and end with the last', async () => {
  const handle = new TaskHandle(ID)
  handle.push(accepted)
  await handle.pushChunk('a')
  handle.push({ type: 'progress', task: ID, fraction: 1 })
  handle.end(completed)
  handle.end(failed)
  handle.push(accepted)
  const types = (await Array.fromAsync(handle)).map(({ type }) => type)
  expect(types).toEqual(['accepted', 'chunk', 'progress', 'completed'])
  expect(await handle.result).toBe(RESULT)
})

test('chunks of a slow reader hold the writer back at 32', async () => {
  const handle = new TaskHandle(ID)
  const { state, done } = write(handle, 100)
  await sleep(10)
  expect(state.written).toBe(32)
  const values: unknown[] = []
  for await (const event of handle) {
    if (event.type === 'chunk') values.push(event.value)
    await sleep(0)
    expect(state.written - values.length).toBeLessThanOrEqual(33)
    if (values.length === 100) break
  }
  await done
  expect(values).toEqual(Array.from({ length: 100 }, (_, n) => n))
})

test('chunks are thrown away when only the result is awaited', async () => {
  const handle = new TaskHandle(ID)
  const { state, done } = write(handle, 1_000)
  await sleep(10)
  expect(state.written).toBe(32)
  const result = handle.result
  await done
  handle.end(completed)
  expect(await result).toBe(RESULT)
  expect((await Array.fromAsync(handle)).filter(({ type }) => type === 'chunk')).toHaveLength(32)
})

test('who awaits the result while reading still gets every chunk', async () => {
  const handle = new TaskHandle(ID)
  void handle.result
  const reading = Array.fromAsync(handle)
  await write(handle, 200).done
  handle.end(completed)
  expect((await reading).filter(({ type }) => type === 'chunk')).toHaveLength(200)
})

test('a reader that stops reading does not hold up the work', async () => {
  const handle = new TaskHandle(ID)
  const { state, done } = write(handle, 200)
  for await (const event of handle) if (event.type === 'chunk') break
  await done
  expect(state.written).toBe(200)
})

test('the end of a task frees a writer that waits', async () => {
  const handle = new TaskHandle(ID)
  const { done } = write(handle, 50)
  await sleep(5)
  handle.end(failed)
  await done
  await expect(handle.result).rejects.toMatchObject({ code: 'BUSY' })
})

test('progress that nobody reads is bounded; the other events are kept', async () => {
  const handle = new TaskHandle(ID)
  for (let n = 0; n < 50_000; n++) handle.push({ type: 'progress', task: ID, message: `${n}` })
  handle.push(accepted)
  handle.end(completed)
  const events = await Array.fromAsync(handle)
  expect(events.length).toBeLessThan(1_100)
  expect(events.slice(-2).map(({ type }) => type)).toEqual(['accepted', 'completed'])
})

test('a cancel aborts the signal with its reason and waits for the end', async () => {
  const handle = new TaskHandle(ID)
  handle.signal.addEventListener('abort', () => {
    const error = handle.signal.reason as PeerworkError
    setTimeout(() => handle.end({ type: 'canceled', task: ID, error }), 20)
  })
  await handle.cancel('enough')
  expect(handle.over).toBe(true)
  await expect(handle.result).rejects.toMatchObject({ code: 'CANCELED', message: 'enough' })
})

test('a cancel that nobody answers ends the task here after two seconds', async () => {
  const handle = new TaskHandle(ID)
  const begin = performance.now()
  await Promise.all([handle.cancel(), handle.cancel('again')])
  expect(performance.now() - begin).toBeGreaterThan(1_900)
  expect((await Array.fromAsync(handle)).map(({ type }) => type)).toEqual(['canceled'])
})

test('a cancel after the end changes nothing', async () => {
  const handle = new TaskHandle(ID)
  handle.end(completed)
  await handle.cancel()
  expect(handle.signal.aborted).toBe(false)
  expect(await handle.result).toBe(RESULT)
})

test('a failure that nobody awaits does not end the process', async () => {
  const rejections: unknown[] = []
  const note = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', note)
  new TaskHandle(ID).end(failed)
  await sleep(10)
  process.off('unhandledRejection', note)
  expect(rejections).toEqual([])
})
