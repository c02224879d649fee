import { expect, test } from 'vitest'
import { foldBatch } from '../../../src/observer/collect/fold-batch.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice } from '../../protocol/samples.ts'

test('a batch says what its events say, under the name on the card of its producer', () => {
  const batch = chain().next(3, 'task.progress')
  const { spans, facts } = foldBatch(batch, (id) => (id === alice.id ? 'alice' : undefined))
  expect(facts.map(({ id }) => id)).toEqual(
    [0, 1, 2].map((seq) => `${alice.id}/${'01'.repeat(8)}/${seq}`)
  )
  expect(spans.map(({ agent }) => agent)).toEqual(['alice', 'alice', 'alice'])
  expect(foldBatch(batch).spans[0]?.agent).toBe(alice.id)
})
