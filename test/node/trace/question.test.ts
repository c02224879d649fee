import { expect, test } from 'vitest'
import { decodeQuestion, encodeQuestion } from '../../../src/node/trace/question.ts'
import type { Question } from '../../../src/node/trace/question.ts'
import { encode } from '../../../src/protocol/canonical.ts'
import { decodeSyncQuestion, encodeSyncQuestion } from '../../../src/protocol/trace-sync.ts'
import { alice } from '../../protocol/samples.ts'

const after = { by: alice.id, boot: new Uint8Array(8).fill(7) }

test('a list that goes on says after which log', () => {
  const question: Question = { type: 'list', after }
  expect(decodeQuestion(encodeQuestion(question))).toEqual(question)
})

test('a first list is asked for in the words that every holder knows', () => {
  expect(encodeQuestion({ type: 'list' })).toEqual(encodeSyncQuestion({ type: 'list' }))
  expect(decodeQuestion(encodeSyncQuestion({ type: 'list' }))).toEqual({ type: 'list' })
  // Whoever does not know the place refuses the question, and loses nothing else.
  expect(() => decodeSyncQuestion(encodeQuestion({ type: 'list', after }))).toThrow('question')
})

test('a place that is none is refused', () => {
  for (const wrong of [{ by: 'x', boot: after.boot }, { by: alice.id }, 7, { ...after, more: 1 }]) {
    expect(() => decodeQuestion(encode({ type: 'list', after: wrong }))).toThrow('question')
  }
  expect(() => decodeQuestion(encode({ type: 'tail', keeps: true, after }))).toThrow('question')
})
