import { expect, test } from 'vitest'
import { countIn, numberIn, textIn } from '../../../src/observer/adapters/attributes.ts'

test('the first name that holds something of the right type counts', () => {
  const attributes = { a: '', b: 7, c: 'c', d: 'd', n: '12', bad: 'x', less: -1, half: 2.6 }
  expect(textIn(attributes, 'missing', 'a', 'b', 'c', 'd')).toBe('c')
  expect(numberIn(attributes, 'bad', 'less', 'n')).toBe(12)
  expect(countIn(attributes, 'half')).toBe(3)
  expect(numberIn(attributes, 'bad')).toBeUndefined()
})

test('what every object has is not in the attributes', () => {
  expect(textIn({}, 'constructor', '__proto__')).toBeUndefined()
  expect(numberIn({}, 'length')).toBeUndefined()
})
