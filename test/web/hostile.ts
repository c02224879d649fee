/** What a hostile sender puts into every field that it may choose. */

const MARKUP = [
  `<img class="owned" src=x onerror="document.title='owned'">`,
  `<script class="owned">document.title='owned'</script><b class="owned">bold</b>`
].join('')
/** Right-to-left override, isolate without an end, and marks that pile up. */
const BIDI = `\u202Egnp.exe\u2066\u2067${'a\u0301\u0302\u0303\u0304'.repeat(20)}`
const ANSI =
  '\u001B[31mred\u001B[0m\u001B]8;;http://evil.example\u0007link\u001B]8;;\u0007\u0008\u0000'
const TEMPLATE = '{{constructor.constructor("alert(1)")()}} ${7*7} %00 javascript:alert(1)'

/** As long as ingest takes for a name, without a place to break. */
const NAME_MAX = 512
const MESSAGE_MAX = 8_192
/** An attribute may be this long: the longest line that ingest takes, nearly; UTF-16 units. */
const HUGE = 480 * 1024

export const HOSTILE = [MARKUP, BIDI, ANSI, TEMPLATE, 'W'.repeat(NAME_MAX)] as const

const fit = (text: string, units: number): string => text.slice(0, units)
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')

/** One trace whose every text is hostile; `at` makes its ids. */
export function hostileTrace(text: string, at: number, nowMs: number): readonly object[] {
  const trace = hex(0xbad0 + at, 32)
  const [root, below] = [hex(1, 16), hex(2, 16)]
  const name = fit(text, NAME_MAX)
  const long = fit(text.repeat(Math.ceil(MESSAGE_MAX / text.length)), MESSAGE_MAX)
  const error = { code: name, message: long }
  const words = {
    ...{ name, agent: name, model: name, provider: name, tool: name, conversation: name },
    ...{ error, tokens: { input: 5, output: 7 }, cost: 0.1 }
  }
  const [start, end] = [nowMs - 60_000 + at * 100, nowMs - 50_000 + at * 100]
  const messages = JSON.stringify([{ role: text, parts: [{ type: 'text', content: long }] }])
  const attributes = {
    [name]: long,
    nested: { [name]: [long, { [name]: null }] },
    'gen_ai.input.messages': messages,
    'gen_ai.output.messages': messages
  }
  const operations = [
    { op: 'add', path: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, value: long },
    { op: 'replace', path: '/shared', value: { [name]: long } }
  ]
  const both = { id: name, from: name, to: `${fit(name, NAME_MAX - 1)}2`, skill: name }
  return [
    { type: 'span', trace, span: root, kind: 'task', start, end, ...words, attributes },
    {
      ...{ type: 'span', trace, span: below, parent: root, kind: 'model', start, end: end - 10 },
      ...{ ...words, attributes: { huge: text.repeat(Math.ceil(HUGE / bytesOf(text))) } }
    },
    {
      ...{ type: 'handoff', trace, ...both, side: 'giver', span: root, status: 'error', error },
      ...{ offered: start, accepted: start + 5, ended: end }
    },
    {
      ...{ type: 'handoff', trace, ...both, side: 'taker', span: below, status: 'ok' },
      ...{ accepted: start + 5, started: start + 9, ended: end }
    },
    { type: 'state', trace, span: root, at: start + 20, author: name, operations },
    { type: 'state', trace, span: below, at: start + 21, author: `${fit(name, 9)}2`, operations },
    {
      ...{ type: 'guard', trace, span: below, at: start + 30, guard: name, reason: long },
      ...{ limit: 1, value: 2, action: 'warned' }
    },
    { type: 'event', trace, span: below, at: start + 40, name, body: { [name]: long } },
    { type: 'event', trace, span: below, at: start + 41, name: 'error', body: { message: long } }
  ]
}

export const hostileId = (at: number): string => hex(0xbad0 + at, 32)

/** As JSON in UTF-8, so that a line of it is no longer than ingest takes. */
const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text))
