/** Tables for people: aligned columns, colours that do not disturb the alignment. */

import { stripVTControlCharacters } from 'node:util'

const GAP = '  '

/** Narrower than this a column is not wrapped, columns: the terminal may break it as it likes. */
const WRAPPED_MIN = 24

/** Rows of cells as lines; the last column is never padded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : pad(cell, widths[at] ?? 0)))
      .join(GAP)
      .trimEnd()
  )
}

/**
 * The same for rows of two cells, with the second one broken at spaces and going on below itself.
 *
 * @param width of a whole line, columns
 */
export function wrappedColumns(rows: readonly (readonly string[])[], width: number): string[] {
  const room = width - GAP.length - Math.max(0, ...rows.map(([head = '']) => widthOf(head)))
  if (room < WRAPPED_MIN) return columns(rows)
  return columns(
    rows.flatMap(([head = '', text = '']) => {
      const [first = '', ...others] = wrap(text, room)
      return [[head, first], ...others.map((line) => ['', line])]
    })
  )
}

export function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)))
}

/** Terminal cells of a text: colours take none, East Asian wide characters and emoji two. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) width += WIDE.test(character) ? 2 : 1
  return width
}

/** Unicode TR11 "wide" in its main blocks, and what is drawn as an emoji. */
const WIDE = new RegExp(
  String.raw`[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf` +
    String.raw`\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]` +
    String.raw`|\p{Emoji_Presentation}`,
  'u'
)

/** Break a text at spaces into lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '') lines.push(line)
  return lines
}
