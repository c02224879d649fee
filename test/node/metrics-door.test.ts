import { expect, test } from 'vitest'
import { serveMetrics } from '../../src/node/diagnosis/metrics-server.ts'
import { MetricsDoor } from '../../src/node/metrics-door.ts'

const open = (port: number) =>
  serveMetrics({
    port,
    status: () => Promise.reject(new Error('nobody asks')),
    metrics: () => Promise.resolve('a page'),
    log: { warn: () => undefined }
  })

const page = async (url: string | undefined) => (await fetch(`${url}/metrics`)).text()

test('the old page stays until the new one is kept, or for good when that is dropped', async () => {
  const served: { metrics?: string } = {}
  await using door = new MetricsDoor(open, served)
  await (await door.move(0)).keep()
  const first = served.metrics
  const moved = await door.move(0)
  expect([served.metrics, await page(first)]).toEqual([first, 'a page'])
  await moved.drop()
  expect([served.metrics, await page(first)]).toEqual([first, 'a page'])
  await (await door.move(0)).keep()
  expect(await page(served.metrics)).toBe('a page')
  await expect(page(first)).rejects.toThrow('fetch failed')
  await (await door.move(null)).keep()
  expect(served).toEqual({})
})

test('closing the door closes the page', async () => {
  const served: { metrics?: string } = {}
  const door = new MetricsDoor(open, served)
  await (await door.move(0)).keep()
  await door[Symbol.asyncDispose]()
  await expect(page(served.metrics)).rejects.toThrow('fetch failed')
})
