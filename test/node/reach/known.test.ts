import { expect, test } from 'vitest'
import { countKnown } from '../../../src/node/reach/known.ts'

test('who is connected and who was named count once each, and an address without an id not', () => {
  const sought = [{ id: 'alice' }, { id: 'bob' }, { id: undefined }]
  expect(countKnown(sought, [{ id: 'bob' }, { id: 'carol' }])).toBe(3)
  expect(countKnown([], [])).toBe(0)
})
