import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import * as answers from '../../src/gateway/answers-network.ts'

test('every answer can be described', () => {
  for (const shape of Object.values(answers)) {
    expect(z.toJSONSchema(shape, { io: 'output', unrepresentable: 'any' })).toMatchObject({
      type: 'object'
    })
  }
})
