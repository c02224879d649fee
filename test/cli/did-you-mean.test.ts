import { expect, test } from 'vitest'
import { didYouMean, suggestion } from '../../src/cli/did-you-mean.ts'

const WORDS = ['run', 'peers', 'skills', 'watch', 'completion', 'bootstrap']

test.for([
  ['rnu', 'run'],
  ['peer', 'peers'],
  ['skils', 'skills'],
  ['comp', 'completion'],
  ['botstrap', 'bootstrap'],
  ['RUN', 'run']
] as const)('%s was meant to be %s', ([typed, meant]) => {
  expect(didYouMean(typed, WORDS)).toBe(meant)
})

test('nothing is suggested for a word that is far from all', () => {
  expect(didYouMean('xyzzy', WORDS)).toBeUndefined()
  expect(suggestion('xyzzy', WORDS)).toBe('')
})

test('an option is suggested as one', () => {
  expect(suggestion('--botstrap', WORDS)).toBe(' Did you mean --bootstrap?')
})
