import { expect, test } from 'vitest'
import { Terms } from '../../../../examples/skills/analyse-text/terms.ts'
import { read } from '../../../../examples/skills/analyse-text/wink.ts'

function best(text: string, limit = 10) {
  const terms = new Terms()
  terms.add(read(text).tokens)
  return terms.best(limit)
}

test('a word that only occurs inside a longer term is no term', () => {
  const found = best('The neural network learns. A neural network sees. Our neural network works.')
  expect(found[0]).toEqual({ term: 'neural network', count: 3, score: 4.75 })
  expect(found.map(({ term }) => term)).not.toContain('network')
})

test('a word that also occurs alone stays one', () => {
  const found = best(
    'The neural network learns. A network is a net. This network sees the network.'
  )
  expect(found.find(({ term }) => term === 'network')).toMatchObject({ count: 4 })
})

test('stop words, verbs and bare adjectives are no terms', () => {
  expect(best('They should quickly go away because it is nice.')).toEqual([])
})

test('terms that occur once fill up only when the repeated ones do not suffice', () => {
  const text = 'Bread is good. Bread is old. Wine is sweet.'
  expect(best(text, 1).map(({ term }) => term)).toEqual(['Bread'])
  expect(best(text, 5).map(({ term }) => term)).toEqual(['Bread', 'Wine'])
})
