/**
 * Turns what a program printed to a terminal into an SVG: `FORCE_COLOR=1 program | node
 * tools/terminal-picture.ts > picture.svg`. Pictures in the README are made of real output.
 */

import { text } from 'node:stream/consumers'

const CELL = { width: 8.4, height: 19 }
const MARGIN = 18
const COLUMNS_MIN = 60
const FOREGROUND = '#d8dee9'
const BACKGROUND = '#14181f'
/** The terminal's own colours by their SGR number. */
const COLOURS: Record<number, string> = {
  30: '#4c566a',
  31: '#ef6b73',
  32: '#8fd28a',
  33: '#ecc777',
  34: '#7aa7f0',
  35: '#c792ea',
  36: '#7fd1d8',
  37: '#e5e9f0',
  90: '#7b8496'
}

interface Style {
  readonly colour: string
  readonly bold: boolean
  readonly dim: boolean
}

const PLAIN: Style = { colour: FOREGROUND, bold: false, dim: false }

/** The style after one SGR sequence, given the style before it. */
function restyle(before: Style, codes: readonly number[]): Style {
  let style = before
  for (const code of codes) style = withCode(style, code)
  return style
}

function withCode(style: Style, code: number): Style {
  if (code === 0) return PLAIN
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 39) return { ...style, colour: FOREGROUND }
  const colour = COLOURS[code >= 91 && code <= 97 ? code - 60 : code]
  return colour === undefined ? style : { ...style, colour }
}

const escape = (part: string): string =>
  part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function toSpan(part: string, { colour, bold, dim }: Style): string {
  if (part === '') return ''
  const weight = bold ? ' font-weight="700"' : ''
  const opacity = dim ? ' opacity="0.62"' : ''
  return `<tspan fill="${colour}"${weight}${opacity}>${escape(part)}</tspan>`
}

/** One line of output as the inside of a text element, and the style it leaves behind. */
function toSpans(line: string, before: Style): [string, Style] {
  let style = before
  let spans = ''
  // The escape character is what an SGR sequence begins with.
  // oxlint-disable-next-line no-control-regex
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    // oxlint-disable-next-line no-control-regex
    const codes = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1]
    if (codes === undefined) spans += toSpan(part, style)
    else style = restyle(style, codes === '' ? [0] : codes.split(';').map(Number))
  }
  return [spans, style]
}

const lines = (await text(process.stdin)).trimEnd().split('\n')
// oxlint-disable-next-line no-control-regex
const bare = lines.map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, ''))
const columns = Math.max(COLUMNS_MIN, ...bare.map((line) => line.length))
const width = Math.ceil(columns * CELL.width + 2 * MARGIN)
const height = lines.length * CELL.height + 2 * MARGIN
let style = PLAIN
const rows = lines.map((line, at) => {
  const [spans, after] = toSpans(line, style)
  style = after
  const y = MARGIN + (at + 0.75) * CELL.height
  return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans}</text>`
})
process.stdout.write(
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}"`,
    ` height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"`,
    ` font-size="14"><rect width="100%" height="100%" rx="10" fill="${BACKGROUND}"/>\n`,
    rows.join('\n'),
    '\n</svg>\n'
  ].join('')
)
