import { expect, test } from 'vitest'
import { encode } from '../../../src/protocol/canonical.ts'
import * as find from '../../../src/protocol/message/find.ts'

const id = '12D3KooWGMYMmN1RGUYjWaSV6P3XtnBjwnosnJGNMnttfVCRnd6g'

test('a question and an answer come out as they went in', () => {
  const question = { v: 1, skill: 'echo', peer: 'bob', further: true }
  expect(find.decodeFindQuestion(find.encodeFindQuestion(question))).toEqual(question)
  const answer = { v: 1, peers: [{ id, addresses: ['/ip4/127.0.0.1/tcp/4001'] }] }
  expect(find.decodeFindAnswer(find.encodeFindAnswer(answer))).toEqual(answer)
})

test('an answer names few peers, and a question has a skill', () => {
  const peers = Array.from({ length: find.FOUND_MAX + 1 }, () => ({ id, addresses: [] }))
  expect(() => find.decodeFindAnswer(encode({ v: 1, peers }))).toThrow('find answer')
  expect(() => find.decodeFindQuestion(encode({ v: 1, further: false }))).toThrow('find question')
})
