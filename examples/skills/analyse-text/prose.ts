/**
 * Markdown or HTML-sprinkled text as the prose a reader reads.
 *
 * Light on purpose: code, tags, images and link targets go, words stay. Every step is linear in the
 * text, because the text comes from a stranger.
 */

/**
 * Longest run without a space that is still taken for a word, characters. Longer ones are data
 * (base64, hashes, links); the tokenizer takes quadratic time over them: minutes for a megabyte.
 */
const RUN_LENGTH_MAX = 200
/** One piece given to the model, characters: some 20 ms of work between two looks at the signal. */
const PIECE_LENGTH_MAX = 16 * 1024

const FENCE = /^ {0,3}(`{3,}|~{3,})/
const RULE = /^[\s|:*_=+-]*$/
const LINK_DEFINITION = /^ {0,3}\[[^\]]{1,200}\]:\s/
/** What starts a block of its own: heading, list item, quote, table row. */
const MARKER = /^\s*(?:#{1,6}\s+|[-*+]\s+(?:\[[ x]\]\s+)?|\d{1,3}[.)]\s+|>\s?|\|\s*)/
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' '
}

/** The blocks of the text (paragraphs, headings, list items, table rows), each one line. */
export function proseOf(text: string): string[] {
  const blocks: string[] = []
  let open: string[] = []
  const close = (): void => {
    const block = cleanLine(open.join(' '))
    if (/[\p{L}\p{N}]/u.test(block)) blocks.push(block)
    open = []
  }
  for (const line of withoutCode(withoutComments(text))) {
    const isRule = RULE.test(line)
    const marker = MARKER.exec(line)
    if (isRule || marker !== null || LINK_DEFINITION.test(line)) close()
    if (isRule || LINK_DEFINITION.test(line)) continue
    const rest = line.slice(marker?.[0].length ?? 0)
    open.push(marker?.[0].includes('|') === true ? rest.replaceAll('|', ' ; ') : rest)
    if (marker?.[0].includes('#') === true) close()
  }
  close()
  return blocks
}

/** Blocks gathered into pieces; a blank line between blocks ends a sentence for the model. */
export function piecesOf(blocks: readonly string[]): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const block of blocks.flatMap(splitLong)) {
    if (piece.length + block.length > PIECE_LENGTH_MAX && piece !== '') {
      pieces.push(piece)
      piece = ''
    }
    piece += piece === '' ? block : `\n\n${block}`
  }
  if (piece !== '') pieces.push(piece)
  return pieces
}

/** A paragraph without end, cut after a sentence where there is one, else after a word. */
function splitLong(block: string): string[] {
  const parts: string[] = []
  let rest = block
  while (rest.length > PIECE_LENGTH_MAX) {
    const head = rest.slice(0, PIECE_LENGTH_MAX)
    const sentence = head.lastIndexOf('. ')
    const at = sentence > PIECE_LENGTH_MAX / 2 ? sentence + 1 : head.lastIndexOf(' ')
    const cut = at > 0 ? at : PIECE_LENGTH_MAX
    parts.push(rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  return [...parts, rest]
}

function* withoutCode(text: string): Generator<string> {
  let fence: string | undefined
  for (const line of text.split(/\r\n|[\n\r]/)) {
    const mark = FENCE.exec(line)?.[1]
    if (fence === undefined) {
      if (mark === undefined) yield line
      else {
        fence = mark
        yield ''
      }
    } else if (mark?.startsWith(fence) === true) fence = undefined
  }
}

function withoutComments(text: string): string {
  const kept: string[] = []
  let at = 0
  for (;;) {
    const start = text.indexOf('<!--', at)
    const end = start < 0 ? -1 : text.indexOf('-->', start)
    if (end < 0) return kept.join('') + text.slice(at)
    kept.push(text.slice(at, start))
    at = end + '-->'.length
  }
}

function cleanLine(line: string): string {
  return line
    .replace(/!\[[^[\]]{0,500}\](?:\([^()]{0,2000}\)|\[[^[\]]{0,200}\])/g, ' ')
    .replace(/\[([^[\]]{0,500})\](?:\([^()]{0,2000}\)|\[[^[\]]{0,200}\])/g, '$1')
    .replace(/<(?:https?:)?\/?[a-zA-Z][^<>]{0,2000}>/g, ' ')
    .replace(/&(amp|lt|gt|quot|apos|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .replace(/[`*~]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .split(/\s+/)
    .filter((run) => run.length <= RUN_LENGTH_MAX)
    .join(' ')
    .trim()
}
