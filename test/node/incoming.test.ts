import { expect, test } from 'vitest'
import { BulkDesk } from '../../src/node/bulk-desk.ts'
import type { Caller } from '../../src/node/caller.ts'
import { entryOf, fieldsOf, objectOf, payloadsOf } from '../../src/node/incoming.ts'
import type { Incoming } from '../../src/node/incoming.ts'
import { digest, toHex } from '../../src/protocol/canonical.ts'
import { seal } from '../../src/protocol/seal.ts'
import { bob, taskBody } from '../protocol/samples.ts'

const desk = new BulkDesk(() => true)
const payload = (bytes: Uint8Array) => ({ digest: digest(bytes), bytes: bytes.length })

const input = Buffer.from('{"text":"hello"}')
const state = Buffer.from('{"seen":1}')
function incoming(beside: { input?: Uint8Array; state?: Uint8Array }): Incoming {
  const signed = { input: payload(input), ...(beside.state ? { state: payload(state) } : {}) }
  const task = seal('task', taskBody(signed), bob)
  const id = toHex(task.body.id)
  const frame = { kind: 'request', id: task.body.id, task: task.bytes, ...beside } as const
  const fields = fieldsOf(task.body, id, 'cd'.repeat(8))
  const caller = { peer: bob.id } as Caller
  return { task, id, entry: entryOf(task, id), fields, frame, caller }
}

test('what came in the frame is there at once', () => {
  expect(payloadsOf(incoming({ input }), desk)).toEqual({ input, state: undefined })
})

test('a shared state comes along', async () => {
  expect(await payloadsOf(incoming({ input, state }), desk)).toEqual({ input, state })
})

test('other bytes than the signed ones are refused', async () => {
  const malformed = expect.objectContaining({ code: 'MALFORMED' })
  expect(() => payloadsOf(incoming({ input: state }), desk)).toThrow(malformed)
  const parts = payloadsOf(incoming({ input, state: input }), desk)
  await expect(parts).rejects.toEqual(malformed)
})

test('work is known by its key, and by its id when it has none', () => {
  const { task, id, entry } = incoming({ input })
  expect(entry).toMatchObject({ from: bob.id, key: id, task: task.digest })
  const keyed = seal('task', taskBody({ key: 'mine' }), bob)
  expect(entryOf(keyed, id).key).toBe('mine')
})

test('the trace of a task goes on below the span of its requester', () => {
  const { task, id, fields } = incoming({ input })
  const [, trace, parent] = task.body.trace.split('-')
  const { skill, from: peer } = task.body
  expect(fields).toEqual({
    ...{ trace, parent, span: 'cd'.repeat(8), task: id, skill, peer, side: 'executor' }
  })
})

test('a shared state is a JSON object, or there is none', () => {
  expect(objectOf(undefined)).toBeUndefined()
  expect(objectOf(state)).toEqual({ seen: 1 })
  for (const text of ['[]', 'null', '1']) {
    expect(() => objectOf(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' })
    )
  }
})
