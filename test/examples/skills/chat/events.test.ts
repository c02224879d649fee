import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventsOf } from '../../../../examples/skills/chat/events.ts'

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function parse(text: string, sizes: readonly number[] = []): Promise<string[]> {
  return await Array.fromAsync(eventsOf(cut(Buffer.from(text), sizes)))
}

test('reads the data of events and nothing else', async () => {
  const text = ': hi\nid: 7\nevent: x\ndata: one\n\nretry: 5\n\ndata:two\ndata: three\n\n'
  expect(await parse(text)).toEqual(['one', 'two\nthree'])
})

test('gives the same events however the stream is cut and its lines end', async () => {
  const line = fc.constantFrom('data: a', 'data: {"é":"👋"}', ': c', '', 'data:', 'event: x')
  const property = fc.asyncProperty(
    fc.array(line),
    fc.array(fc.nat(5)),
    fc.constantFrom('\r\n', '\r'),
    async (lines, sizes, end) => {
      const whole = await parse(lines.map((line) => `${line}\n`).join(''))
      expect(await parse(lines.map((line) => line + end).join(''), sizes)).toEqual(whole)
    }
  )
  await fc.assert(property)
})

test('yields the last event of a stream that ends without a blank line', async () => {
  expect(await parse('data: a\n\ndata: b')).toEqual(['a', 'b'])
})

test('refuses an event without end', async () => {
  const line = `data: ${'x'.repeat(2000)}\n`
  await expect(parse(line.repeat(600))).rejects.toThrow('more than')
  await expect(parse(`data: ${'x'.repeat(2 ** 21)}`)).rejects.toThrow('more than')
})
