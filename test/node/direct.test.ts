import { expect, test } from 'vitest'
import { direct } from '../../src/node/direct.ts'
import { drained } from '../../src/node/drained.ts'
import { openStreamPair } from '../helpers/raw-host.ts'
import { until } from '../helpers/processes.ts'

const text = (data: { subarray(): Uint8Array } | Uint8Array): string =>
  Buffer.from(data.subarray()).toString()

test('every listener hears a message, however many there are and whichever leave', async () => {
  await using pair = await openStreamPair()
  const heard: string[] = []
  const one = ({ data }: { data: Uint8Array | { subarray(): Uint8Array } }): void =>
    void heard.push(`one ${text(data)}`)
  const two = ({ data }: { data: Uint8Array | { subarray(): Uint8Array } }): void =>
    void heard.push(`two ${text(data)}`)
  const say = async (what: string, count: number): Promise<string[]> => {
    pair.near.send(Buffer.from(what))
    await until(what, () => heard.length === count)
    return heard.splice(0)
  }
  pair.far.addEventListener('message', one)
  pair.far.addEventListener('message', one)
  expect(await say('a', 1)).toEqual(['one a'])
  pair.far.addEventListener('message', two)
  expect(await say('b', 2)).toEqual(['one b', 'two b'])
  pair.far.removeEventListener('message', one)
  expect(await say('c', 1)).toEqual(['two c'])
  pair.far.removeEventListener('message', two)
  pair.far.addEventListener('message', one, { once: true })
  expect(await say('d', 1)).toEqual(['one d'])
  pair.near.send(Buffer.from('e'))
  await until('kept', () => pair.far.readBufferLength === 1)
  pair.far.addEventListener('message', two)
  await until('handed over', () => heard.length === 1)
  expect(heard).toEqual(['two e'])
})

test('bytes sent from within a message, and from within a pause, keep their order', async () => {
  await using pair = await openStreamPair()
  let got = ''
  pair.far.addEventListener('message', ({ data }) => {
    got += text(data)
    if (got === 'a') pair.far.pause()
    pair.far.send(Buffer.from(text(data).toUpperCase()))
  })
  let back = ''
  pair.near.addEventListener('message', ({ data }) => {
    back += text(data)
    if (back === 'A') for (const letter of 'bcd') pair.near.send(Buffer.from(letter))
  })
  pair.near.send(Buffer.from('a'))
  await until('held', () => pair.far.readBufferLength === 3)
  expect(got).toBe('a')
  pair.far.resume()
  await until('all', () => back === 'ABCD')
})

test('what does not fit the window waits, in order, and is not lost at the end', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const sent: Buffer[] = []
  for (let n = 0; !pair.near.writableNeedsDrain; n++) {
    const piece = Buffer.alloc(50_001, n)
    sent.push(piece)
    pair.near.send(piece)
  }
  sent.push(Buffer.from('the last words'))
  pair.near.send(sent.at(-1) ?? Buffer.alloc(0))
  const got: Uint8Array[] = []
  let ended = false
  pair.far.addEventListener('message', ({ data }) => got.push(new Uint8Array(data.subarray())))
  pair.far.addEventListener('end', () => (ended = true))
  pair.far.resume()
  await drained(pair.near)
  await pair.near.close()
  await until('the end', () => ended)
  expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true)
})

test('something that is no message stream stays as it is', () => {
  const other = { send: () => true }
  const { send } = other
  expect(direct(other)).toBe(other)
  expect(other.send).toBe(send)
})
