import { expect, test } from 'vitest'
import { createTracer } from '../../src/trace/tracer.ts'
import { shape, traced } from './traced.ts'

test('what a function throws ends its span with that error, and is thrown on', async () => {
  const { tracer, trees } = await traced()
  const failing = tracer.span('plan', {}, async (plan) => {
    plan.start('given up').end({ status: 'canceled' })
    await Promise.reject(Object.assign(new Error('no flights'), { code: 'TOOL_FAILED' }))
  })
  await expect(failing).rejects.toThrow('no flights')
  await expect(tracer.span('odd', {}, () => Promise.reject())).rejects.toBeUndefined()
  const roots = await trees()
  expect(roots.map(shape)).toEqual(['plan error (given up canceled)', 'odd error'])
  expect(roots[0]?.error).toBe('TOOL_FAILED: no flights')
})

test('a traceparent is continued, and one that is malformed begins a new trace', async () => {
  const { tracer, trees, it } = await traced()
  const other = createTracer({ url: it.url, key: it.key(['ingest']), agent: 'writer' })
  const plan = tracer.start('plan')
  const { traceparent } = plan
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  await other.span('write', { traceparent }, ({ trace }) => expect(trace).toBe(plan.trace))
  await other.span('astray', { traceparent: `${traceparent}x` }, ({ trace }) =>
    expect(trace).not.toBe(plan.trace)
  )
  plan.end()
  await other.close()
  expect((await trees()).map(shape)).toEqual(['plan ok (write ok)', 'astray ok'])
})

test('what a program says wrongly never stops it, nor costs the rest of the trace', async () => {
  const { tracer, trees, losses } = await traced()
  const circle: Record<string, never> = {}
  Object.assign(circle, { circle })
  const root = tracer.start('', { agent: 'x'.repeat(2_000), cost: NaN })
  const bad = tracer.start('circular', { attributes: circle })
  bad.end()
  root.start('x'.repeat(5_000), { attributes: { big: 'x'.repeat(600_000) } }).end()
  root.end({ error: Object.create(null) })
  expect((await trees()).map(({ name, status }) => [name, status])).toEqual([['unnamed', 'error']])
  expect(losses).toHaveLength(4)
  expect(losses.join()).toContain('could not be written as JSON')
  expect(losses.join()).toContain('more than 524288 bytes')
})

test('an address or key that cannot be one is refused at once, and the key is not told', () => {
  const key = 'pwk_x'
  for (const url of ['', 'nonsense', 'ftp://127.0.0.1/']) {
    expect(() => createTracer({ url, key })).toThrow(/url is no http/)
  }
  for (const wrong of ['', 'se cret', 'se\r\ncret']) {
    expect(() => createTracer({ key: wrong })).toThrow(
      /^key is (?:no API key|empty); one is made by: peerwork observe key create/
    )
    expect(() => createTracer({ key: wrong })).not.toThrow(/cret/)
  }
})
