import { expect, test } from 'vitest'
import { again } from '../../../src/cli/membership/again.ts'

test('a command to copy has the options that select the home, as a shell takes them', () => {
  expect(again('up', { home: undefined, name: undefined })).toBe('peerwork up')
  expect(again('up', { home: undefined, name: 'bob' })).toBe('peerwork up --name bob')
  const odd = { home: "/it's here", name: 'a b' }
  expect(again('up', odd)).toBe(`peerwork up --home '/it'\\''s here' --name 'a b'`)
})
