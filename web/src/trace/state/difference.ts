/** What differs between two texts, word by word. */

export interface Piece {
  readonly what: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Fields of the table that is filled, count: some ms. Beyond, the middle counts as rewritten. */
const FIELDS_MAX = 400_000

export function difference(before: string, after: string): readonly Piece[] {
  const [old, now] = [wordsOf(before), wordsOf(after)]
  const shorter = Math.min(old.length, now.length)
  let head = 0
  while (head < shorter && old[head] === now[head]) head++
  let foot = 0
  while (foot < shorter - head && old.at(-1 - foot) === now.at(-1 - foot)) foot++
  const middle = compare(old.slice(head, old.length - foot), now.slice(head, now.length - foot))
  const same = (words: readonly string[]): Piece => ({ what: 'same', text: words.join('') })
  return joined([same(old.slice(0, head)), ...middle, same(old.slice(old.length - foot))])
}

/** Words, spaces and signs each for themselves: together they are the text again. */
const wordsOf = (text: string): readonly string[] => text.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? []

/** The longest common subsequence, by the table. */
function compare(old: readonly string[], now: readonly string[]): readonly Piece[] {
  const rewritten: Piece[] = [
    { what: 'removed', text: old.join('') },
    { what: 'added', text: now.join('') }
  ]
  if (old.length * now.length > FIELDS_MAX) return rewritten
  const wide = now.length + 1
  const table = new Uint32Array((old.length + 1) * wide)
  const field = (i: number, j: number): number => table[i * wide + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const longest = Math.max(field(i + 1, j), field(i, j + 1))
      table[i * wide + j] = old[i] === now[j] ? field(i + 1, j + 1) + 1 : longest
    }
  }
  const pieces: Piece[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    const [was, is] = [old[i], now[j]]
    if (was !== undefined && was === is) {
      pieces.push({ what: 'same', text: was })
      i++
      j++
    } else if (is === undefined || (was !== undefined && field(i + 1, j) >= field(i, j + 1))) {
      pieces.push({ what: 'removed', text: was ?? '' })
      i++
    } else {
      pieces.push({ what: 'added', text: is })
      j++
    }
  }
  return pieces
}

function joined(pieces: readonly Piece[]): readonly Piece[] {
  const found: Piece[] = []
  for (const piece of pieces) {
    const last = found.at(-1)
    if (piece.text === '') continue
    if (last?.what === piece.what)
      found[found.length - 1] = { ...last, text: last.text + piece.text }
    else found.push(piece)
  }
  return found
}
