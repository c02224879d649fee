/**
 * Directions of writing within a foreign text end with it.
 *
 * The browser puts an isolate around each `<bdi>`, but as signs in the same text: a text that opens
 * an isolate of its own and does not close it takes the browser's closing sign for that, and one
 * that closes what it never opened ends the browser's. What we write after it would then stand in
 * the sender's direction (UAX #9, rules X5a to X6a: signs match as they come).
 */

const CLOSE = '\u2069'
const REPLACEMENT = '\uFFFD'
/** Isolates, and what ends a paragraph and with it every isolate, the browser's too. */
// oxlint-disable-next-line no-control-regex
const SIGNS = /[\u2066-\u2069\n\r\u0085\u2029\u001C-\u001E]/g
const BREAKS = '\n\r'

/** The text with every isolate closed in its line, and none closed that it did not open. */
export function balanced(text: string): string {
  let open = 0
  const own = text.replaceAll(SIGNS, (sign) => {
    if (BREAKS.includes(sign)) {
      const closing = CLOSE.repeat(open)
      open = 0
      return closing + sign
    }
    const opens = sign >= '\u2066' && sign < CLOSE
    if (opens) open++
    else if (sign !== CLOSE || open === 0) return REPLACEMENT
    else open--
    return sign
  })
  return own + CLOSE.repeat(open)
}
