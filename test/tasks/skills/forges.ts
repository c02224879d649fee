import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

function frame(header: string, payload = ''): Buffer {
  const words = Buffer.from(header)
  const body = Buffer.from(payload)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(4 + words.length + body.length, 0)
  head.writeUInt32BE(words.length, 4)
  return Buffer.concat([head, words, body])
}

/** In one write, so that the pipe cannot be full in between. */
const many = (count: number, bytes: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => bytes))

/** Writes to the agent's pipe by itself. */
export default defineSkill({
  name: 'forges',
  description: 'Speaks to the agent past the runner.',
  input: z.object({
    what: z.string(),
    task: z.string().default(''),
    told: z.array(z.unknown()).default([])
  }),
  output: z.string(),
  run: async ({ what, task, told }, ctx) => {
    const id = ctx.task.id
    for (const word of told) {
      writeSync(3, frame(JSON.stringify({ type: 'trace', task: id, told: word })))
    }
    if (what === 'length') writeSync(3, Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]))
    if (what === 'facts') {
      const error = { code: 'SKILL_FAILED', message: '', facts: null }
      writeSync(3, frame(JSON.stringify({ type: 'failed', task: id, error, retire: false })))
    }
    if (what === 'json') writeSync(3, frame('{nonsense'))
    if (what === 'type') writeSync(3, frame('{"type":"run"}'))
    if (what === 'field')
      writeSync(3, frame(JSON.stringify({ type: 'done', task: 5, patch: null })))
    if (what === 'other')
      writeSync(3, frame(JSON.stringify({ type: 'done', task, patch: null }), '"x"'))
    if (what === 'patch') {
      const patch = [{ op: 'add', path: '/__proto__/x', value: 1 }]
      writeSync(3, frame(JSON.stringify({ type: 'done', task: id, patch }), '"x"'))
    }
    if (what === 'output') {
      writeSync(
        3,
        frame(JSON.stringify({ type: 'done', task: id, patch: null }), '{"not":"a string"}')
      )
    }
    if (what === 'window') {
      writeSync(3, many(100, frame(JSON.stringify({ type: 'chunk', task: id }), '1')))
    }
    if (what === 'hello') writeSync(3, many(500, frame('{"type":"hello"}')))
    if (what === 'chatter') for (let n = 0; n < 50_000; n++) ctx.log.debug('la')
    await sleep(300)
    return 'honest'
  }
})
