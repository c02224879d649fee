/**
 * HTML as a stream of tags and text: a small tokenizer, not a parser.
 *
 * It follows the tokenizer of the WHATWG standard where pages depend on it (quoted attributes,
 * comments, raw text of scripts) and is linear in the page, because pages are written by strangers.
 */

export type HtmlToken =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'open'; readonly name: string; readonly attributes: string }
  | { readonly type: 'close'; readonly name: string }

/** Elements whose content is not markup; it ends at the closing tag of the same name alone. */
const RAW = new Set(['script', 'style', 'textarea', 'title', 'noscript', 'iframe', 'xmp'])
const TAG_NAME = /[a-zA-Z][^\s/>]*/y
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  middot: '·',
  bull: '•',
  times: '×',
  euro: '€',
  pound: '£',
  deg: '°',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ'
}

export function* tokensOf(html: string): Generator<HtmlToken> {
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    const text = html.slice(at, open < 0 ? html.length : open)
    if (text !== '') yield { type: 'text', text: decodeEntities(text) }
    if (open < 0) return
    const step = tagAt(html, open)
    if (step.token !== undefined) yield step.token
    at = step.end
    if (step.token?.type === 'open' && RAW.has(step.token.name)) {
      const end = endOfRaw(html, at, step.token.name)
      if (end > at) yield { type: 'text', text: decodeEntities(html.slice(at, end)) }
      at = end
    }
  }
}

/** What begins at a `<`: a tag, a comment or declaration, or just the character. */
function tagAt(html: string, open: number): { token?: HtmlToken; end: number } {
  if (html.startsWith('<!--', open)) return { end: after(html, '-->', open + 4) }
  const isClose = html[open + 1] === '/'
  TAG_NAME.lastIndex = open + (isClose ? 2 : 1)
  const name = TAG_NAME.exec(html)?.[0].toLowerCase()
  if (name === undefined) {
    const isDeclaration = /[!?/]/.test(html[open + 1] ?? '')
    if (isDeclaration) return { end: after(html, '>', open) }
    return { token: { type: 'text', text: '<' }, end: open + 1 }
  }
  const start = TAG_NAME.lastIndex
  const end = endOfTag(html, start)
  if (isClose) return { token: { type: 'close', name }, end }
  return { token: { type: 'open', name, attributes: html.slice(start, end - 1) }, end }
}

/** The place after the `>` that ends a tag; one inside quotes does not. */
function endOfTag(html: string, start: number): number {
  let quote = ''
  let afterEquals = false
  for (let at = start; at < html.length; at++) {
    const char = html[at] ?? ''
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '>') return at + 1
    else if (afterEquals && (char === '"' || char === "'")) quote = char
    if (!/\s/.test(char)) afterEquals = char === '='
  }
  return html.length
}

function endOfRaw(html: string, from: number, name: string): number {
  const closing = new RegExp(`</${name}(?=[\\s/>])`, 'gi')
  closing.lastIndex = from
  return closing.exec(html)?.index ?? html.length
}

function after(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from)
  return at < 0 ? html.length : at + mark.length
}

/** The value of one attribute, decoded; the first counts when it is given twice. */
export function attributeOf(attributes: string, name: string): string | undefined {
  const each = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g
  for (const [, key = '', double, single, bare] of attributes.matchAll(each)) {
    if (key.toLowerCase() === name) return decodeEntities(double ?? single ?? bare ?? '')
  }
  return undefined
}

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));/gi,
    (whole, hex, dec, name) => {
      if (name !== undefined) return NAMED[String(name)] ?? whole
      const code = hex === undefined ? Number(dec) : Number.parseInt(String(hex), 16)
      const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
      return isCharacter ? String.fromCodePoint(code) : '\ufffd'
    }
  )
}
