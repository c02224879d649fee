import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { Output } from '../../src/cli/output.ts'
import { Collector } from './harness.ts'

test('a line ends what raw text left open', () => {
  const sink = new Collector()
  const output = new Output(sink, {})
  output.raw('streamed')
  output.line('next')
  output.line()
  output.json({ a: 1 })
  expect(sink.text).toBe('streamed\nnext\n\n{"a":1}\n')
})

test('a full stream is waited for, an empty one is not', async () => {
  const sink = Object.assign(new EventEmitter(), { write: () => false })
  const output = new Output(sink, {})
  await output.drained()
  output.line('much')
  let drained = false
  const waiting = output.drained().then(() => (drained = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(drained).toBe(false)
  sink.emit('drain')
  await waiting
  expect(sink.listenerCount('error')).toBe(0)
})

test('JSON is the same value, with nothing in it that a terminal would act on', () => {
  const sink = new Collector()
  const value = { text: 'a\u009b2J\u001b[1m\u202ebc\u2066\u007f\nd' }
  new Output(sink, {}).json(value)
  expect(sink.text).toMatch(/^[ -~]+\n$/)
  expect(JSON.parse(sink.text)).toEqual(value)
})
