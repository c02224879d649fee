import { expect, test } from 'vitest'
import shout from '../../../examples/skills/shout.ts'
import { listen } from './context.ts'

test('says it louder', async () => {
  expect(await shout.run({ text: 'hello' }, listen({ config: null }).ctx)).toBe('HELLO')
})
