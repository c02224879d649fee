/** The readable part of an HTML page. */

import { attributeOf, tokensOf } from './html.ts'

/** Readable text given back, bytes of UTF-8: what a model reads at once. */
const TEXT_BYTES_MAX = 64 * 1024
const LINKS_MAX = 50
const LINK_TEXT_LENGTH_MAX = 200
const TITLE_LENGTH_MAX = 300

export interface Page {
  title: string
  text: string
  links: { url: string; text: string }[]
  truncated: boolean
}

/** Content that is no words for people at all. */
const UNREADABLE = new Set(['script', 'style', 'noscript', 'template', 'iframe', 'svg', 'xmp'])
/** Content left out of the text; menus are far more often than text in `nav` and `footer`. */
const SILENT = new Set([...UNREADABLE, 'head', 'nav', 'footer', 'button', 'select', 'textarea'])
const BLOCKS = new Set(
  (
    'address article aside blockquote br dd details div dl dt figcaption figure h1 h2 h3 h4 h5 ' +
    'h6 header hr li main ol p pre section summary table tr ul'
  ).split(' ')
)

export function pageOf(html: string, url: string): Page {
  const reader = new Reader(url)
  for (const token of tokensOf(html)) {
    if (token.type === 'text') reader.text(token.text)
    else if (token.type === 'open') reader.open(token.name, token.attributes)
    else reader.close(token.name)
  }
  return reader.page()
}

/** A page that is plain text already. */
export function textPage(source: string): Page {
  return { title: '', links: [], ...cut(source.trim()) }
}

class Reader {
  readonly #parts: string[] = []
  readonly #links = new Map<string, string>()
  #base: string
  /** Silent elements that are open; the innermost last. */
  readonly #silent: string[] = []
  #title = ''
  #inTitle = false
  #pre = false
  #link: { url: string; text: string } | undefined

  constructor(url: string) {
    this.#base = url
  }

  text(text: string): void {
    if (this.#inTitle) this.#title += text
    else {
      // A line break in the source is no line break on the page, except in preformatted text.
      if (this.#silent.length === 0) this.#parts.push(this.#pre ? text : text.replace(/\s+/g, ' '))
      if (this.#link !== undefined && !UNREADABLE.has(this.#silent.at(-1) ?? '')) {
        this.#link.text += text
      }
    }
  }

  open(name: string, attributes: string): void {
    if (name === 'title' && this.#title === '') this.#inTitle = true
    if (name === 'base') this.#base = this.#resolve(attributeOf(attributes, 'href')) ?? this.#base
    // The end tag of head may be left out; body says the same.
    if (name === 'body') this.#silent.length = 0
    if (SILENT.has(name) && !attributes.endsWith('/')) this.#silent.push(name)
    if (name === 'pre') this.#pre = true
    if (BLOCKS.has(name)) this.#parts.push('\n')
    if (name === 'td' || name === 'th') this.#parts.push(' ')
    if (name === 'a') this.#openLink(attributeOf(attributes, 'href'))
  }

  close(name: string): void {
    if (name === 'title') this.#inTitle = false
    if (name === 'pre') this.#pre = false
    if (BLOCKS.has(name)) this.#parts.push('\n')
    if (name === 'a') this.#closeLink()
    const at = this.#silent.lastIndexOf(name)
    if (at >= 0) this.#silent.length = at
  }

  page(): Page {
    this.#closeLink()
    const lines = this.#parts.join('').split('\n').map(squeeze)
    const text = lines.filter((line) => line !== '').join('\n')
    const links = [...this.#links].slice(0, LINKS_MAX).map(([url, text]) => ({ url, text }))
    return { title: squeeze(this.#title).slice(0, TITLE_LENGTH_MAX), links, ...cut(text) }
  }

  #openLink(href: string | undefined): void {
    this.#closeLink()
    const url = this.#resolve(href)
    if (url !== undefined) this.#link = { url, text: '' }
  }

  #closeLink(): void {
    if (this.#link === undefined) return
    const { url, text } = this.#link
    const known = this.#links.get(url)
    const label = squeeze(text).slice(0, LINK_TEXT_LENGTH_MAX)
    if (known === undefined ? this.#links.size < LINKS_MAX : known === '') {
      this.#links.set(url, label)
    }
    this.#link = undefined
  }

  #resolve(href: string | undefined): string | undefined {
    if (href === undefined || href.startsWith('#')) return undefined
    const url = URL.parse(href, this.#base)
    if (url === null || !/^https?:$/.test(url.protocol)) return undefined
    url.hash = ''
    return url.href
  }
}

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim()

function cut(text: string): { text: string; truncated: boolean } {
  const bytes = Buffer.from(text)
  if (bytes.length <= TEXT_BYTES_MAX) return { text, truncated: false }
  // A cut inside a character leaves U+FFFD at the end; take it off.
  const head = bytes
    .subarray(0, TEXT_BYTES_MAX)
    .toString('utf8')
    .replace(/\ufffd+$/, '')
  return { text: head, truncated: true }
}
