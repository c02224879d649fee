/**
 * The texts of an OTLP request's spans, found without parsing it: so the whole can be parsed span
 * by span, with pauses, whatever its size.
 *
 * Only nesting is looked at. What is no JSON is found when the pieces are parsed.
 */

/** Where spans are: object, `resourceSpans`, object, `scopeSpans`, object, `spans`. */
const AROUND = '{[{[{['
/** Characters between two pauses: some 2 ms. */
const STEP_CHARS = 512 * 1024
const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [34, 92, 123, 125, 91, 93]

export interface SplitJson {
  /** The request with the place of each span in `spans` in its stead. */
  readonly frame: string
  readonly spans: readonly string[]
}

/** Yields when others may go first. */
export function* splitJson(text: string): Generator<undefined, SplitJson, void> {
  const [frame, spans]: [string[], string[]] = [[], []]
  const around: string[] = []
  let [depth, from, kept, pause] = [0, -1, 0, STEP_CHARS]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = endOfText(text, at)
    else if (unit === OPEN || unit === OPEN_LIST) {
      if (unit === OPEN && depth === AROUND.length && around.join('') === AROUND) from = at
      if (depth < AROUND.length) around[depth] = text.charAt(at)
      depth++
    } else if (unit === CLOSE || unit === CLOSE_LIST) {
      depth--
      if (depth < 0) break
      if (depth < AROUND.length) around.length = depth
      if (from >= 0 && depth === AROUND.length) {
        frame.push(text.slice(kept, from), String(spans.length))
        spans.push(text.slice(from, at + 1))
        kept = at + 1
        from = -1
      }
    }
    if (at < pause) continue
    pause = at + STEP_CHARS
    yield
  }
  frame.push(text.slice(kept))
  return { frame: frame.join(''), spans }
}

/** The place of the quote that ends it; of a text without one, the end of all. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at
  }
  return text.length
}
