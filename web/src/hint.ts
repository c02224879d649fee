/**
 * Foreign text where no element can stand around it: in the title of the tab, and in what appears
 * over something that is pointed at. It has its signs of direction with it (UAX #9), and an end.
 */

import { balanced } from './bidi.ts'

/** Of a name, characters: tabs show fewer, bookmarks not many more. */
const NAME_CHARS = 80
/** Of a text in a hint, characters: more is read where it stands whole. */
const HINT_CHARS = 200
/** Texts in one hint, count, and of each of several, characters. */
const TEXTS_MAX = 30
const TEXT_CHARS = 60
/** A text with a direction of its own: what it turns around ends with it. */
const [OPEN, CLOSE] = ['\u2068', '\u2069']

/**
 * A name that somebody sent, cut, in one line, and apart from what stands beside it.
 *
 * @param most characters
 */
export function named(name: string, most = NAME_CHARS): string {
  // By signs that are whole, of which none is longer than two units.
  const cut = Array.from(name.slice(0, 2 * most))
    .slice(0, most)
    .join('')
  // A new line would end its direction, and begin another that nothing ends.
  return OPEN + balanced(cut.replaceAll(/[\n\r]+/g, ' ')) + CLOSE
}

/** For a `title`: of one text. */
export const hint = (text: string): string => named(text, HINT_CHARS)

/** Of several, and how many more there are. */
export function hints(texts: readonly string[]): string {
  const more = texts.length - TEXTS_MAX
  const shown = texts.slice(0, TEXTS_MAX).map((text) => named(text, TEXT_CHARS))
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
