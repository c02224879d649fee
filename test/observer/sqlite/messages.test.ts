import { expect, test } from 'vitest'
import { pack, unpack } from '../../../src/observer/sqlite/messages.ts'

const none = { spans: [], handoffs: [], facts: [] }
const batch = (text: string) => ({
  ...{ by: 'p', boot: '1'.repeat(16), first: 0, count: 1, digest: 'a'.repeat(64), issued: 5 },
  bytes: Buffer.from(text)
})

test('batches find their bytes again, however many there are', () => {
  const entries = [{ ...none, batch: batch('one') }, none, { ...none, batch: batch('') }]
  const read = unpack(pack([...entries, { ...none, batch: batch('last') }]))
  expect(read.map((entry) => entry.batch && Buffer.from(entry.batch.bytes).toString())).toEqual([
    ...['one', undefined, '', 'last']
  ])
})
