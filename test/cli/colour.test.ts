import { expect, test } from 'vitest'
import { hueOf, painter, wantsColour } from '../../src/cli/colour.ts'

test.for([
  ['a terminal', true, {}, true],
  ['a pipe', false, {}, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['FORCE_COLOR on a pipe', false, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
  ['FORCE_COLOR over NO_COLOR', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false]
] as const)('colours with %s', ([, tty, env, wanted]) => {
  expect(wantsColour(tty, env)).toBe(wanted)
})

test('without colours nothing is added to the text', () => {
  expect(painter(false)(['bold', 'red'], 'text')).toBe('text')
  expect(painter(true)('red', 'text')).toBe('\u001b[31mtext\u001b[39m')
})

test('a key keeps its colour, and keys differ', () => {
  expect(hueOf('a1')).toBe(hueOf('a1'))
  const hues = new Set(Array.from({ length: 50 }, (_, at) => hueOf(`key ${at}`)))
  expect(hues.size).toBeGreaterThan(5)
})
