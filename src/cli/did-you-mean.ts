/** The known word closest to a mistyped one. */

/** Damerau-Levenshtein with adjacent swaps: the slips of typing. */
function distance(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      const change = (last[j - 1] ?? 0) + (same ? 0 : 1)
      let best = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (i > 1 && j > 1 && swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[other.length] ?? 0
}

/** Undefined when nothing is near: about one slip in three letters, or a beginning of the word. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const far = distance(word.toLowerCase(), candidate)
    if (far < least) [best, least] = [candidate, far]
  }
  if (best !== undefined || word.length < 2) return best
  return [...known].find((candidate) => candidate.startsWith(word.toLowerCase()))
}

/** ` Did you mean …?`, or nothing. */
export function suggestion(word: string, known: Iterable<string>): string {
  const best = didYouMean(word.replace(/^-+/, ''), known)
  if (best === undefined) return ''
  return ` Did you mean ${word.startsWith('-') ? '--' : ''}${best}?`
}
