import { expect, test } from 'vitest'
import { difference } from '../../../web/src/trace/state/difference.ts'

const told = (before: string, after: string): string =>
  difference(before, after)
    .map(({ what, text }) => (what === 'same' ? text : `${what === 'added' ? '+' : '-'}[${text}]`))
    .join('')

test('words that changed stand within those that did not', () => {
  expect(told('a window seat, please', 'a quiet window seat')).toBe(
    'a +[quiet ]window seat-[, please]'
  )
  expect(told('the same', 'the same')).toBe('the same')
  expect(told('', 'new')).toBe('+[new]')
})

test('both texts can be had back from the pieces, whatever they are', () => {
  const letters = ['a', 'b ', '\n', '{', '"é"', '👩‍💻', '  ']
  for (let n = 1; n < 400; n++) {
    const text = (seed: number): string =>
      Array.from({ length: (n * seed) % 23 }, (_, i) => letters[(i * i * seed + n) % 7]).join('')
    const [before, after] = [text(7), text(11)]
    const pieces = difference(before, after)
    const without = (what: string): string =>
      pieces.flatMap((piece) => (piece.what === what ? [] : piece.text)).join('')
    expect([without('added'), without('removed')]).toEqual([before, after])
  }
})

test('texts too long for a table are told as rewritten in the middle', () => {
  const [before, after] = ['x '.repeat(5_000), 'y '.repeat(5_000)]
  const pieces = difference(`head ${before}foot`, `head ${after}foot`)
  expect(pieces.map(({ what }) => what)).toEqual(['same', 'removed', 'added', 'same'])
})
