import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { sample } from '../../src/gateway/answers-sample.ts'

test('what the sample answers can be described', () => {
  expect(z.toJSONSchema(sample, { io: 'output' })).toMatchObject({ type: 'object' })
})
