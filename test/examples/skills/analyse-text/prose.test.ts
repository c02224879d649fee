import { expect, test } from 'vitest'
import { piecesOf, proseOf } from '../../../../examples/skills/analyse-text/prose.ts'

test('headings, list items, quotes and table rows are blocks of their own', () => {
  const text = '# Title\nOne\ntwo.\n- [x] item\n1. first\n> quote\n| a | b |\n|---|---|\n| c | d |'
  expect(proseOf(text)).toEqual([
    'Title',
    'One two.',
    'item',
    'first',
    'quote',
    'a ; b ;',
    'c ; d ;'
  ])
})

test('keeps the words of links and code spans, and drops images, tags and comments', () => {
  const text =
    'See [the `docs`](https://example.org/a_b) and ![logo](logo.png) <b>now</b><!-- not\nthis -->.'
  expect(proseOf(text)).toEqual(['See the docs and now .'])
})

test('drops fenced code in either fence, link definitions and rules', () => {
  const text = 'Before.\n~~~\n```\ncode\n~~~\nAfter.\n***\n[1]: https://example.org\n'
  expect(proseOf(text)).toEqual(['Before.', 'After.'])
})

test('takes off emphasis but leaves names with underscores whole', () => {
  expect(proseOf('_Really_ **bold** and max_old_space.')).toEqual([
    'Really bold and max_old_space.'
  ])
})

test('decodes the entities that HTML needs, once', () => {
  expect(proseOf('Fish &amp; chips &amp;lt; 5')).toEqual(['Fish & chips &lt; 5'])
})

test('pieces stay below their limit, keep every word and end at a sentence where they can', () => {
  const block = 'The quick brown fox jumps over the lazy dog. '.repeat(2_000).trim()
  const pieces = piecesOf(['Title', block])
  expect(pieces.length).toBeGreaterThan(5)
  expect(pieces.every((piece) => piece.length <= 17_000)).toBe(true)
  expect(pieces.slice(0, -1).every((piece) => piece.endsWith('.') || piece === 'Title')).toBe(true)
  expect(pieces.join(' ').split(/\s+/)).toHaveLength(18_001)
})
