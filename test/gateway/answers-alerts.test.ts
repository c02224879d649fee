import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import * as answers from '../../src/gateway/answers-alerts.ts'

test('every answer can be described', () => {
  for (const shape of Object.values(answers)) {
    expect(z.toJSONSchema(shape, { io: 'output', unrepresentable: 'any' })).toMatchObject({
      type: 'object'
    })
  }
})

test('no answer about channels or keys has room for what is secret', () => {
  const secret = { id: 'x', url: 'https://x/secret', hash: 'x', secret: 'x' }
  for (const shape of [answers.channel, answers.key]) {
    expect(Object.keys(shape.shape)).not.toContain('hash')
    expect(Object.keys(shape.shape)).not.toContain('url')
    expect(shape.safeParse(secret).success).toBe(false)
  }
})
