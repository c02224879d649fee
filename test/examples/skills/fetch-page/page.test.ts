import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pageOf } from '../../../../examples/skills/fetch-page/page.ts'

const read = (html: string) => pageOf(html, 'https://example.org/a/b')

test('blocks become lines, inline elements and white space do not', () => {
  const html =
    '<div>One\n  <i>two</i></div><ul><li>three<li>four</ul><table><td>a<td>b</table><pre>x\ny</pre>'
  expect(read(html).text).toBe('One two\nthree\nfour\na b\nx\ny')
})

test('comments, quoted brackets and stray brackets do not confuse it', () => {
  expect(read('a<!-- <p>x --> b <img alt="1 > 2" src=x> c < d').text).toBe('a b c < d')
})

test('decodes named, decimal and hexadecimal entities, and leaves the others', () => {
  expect(read('&lt;b&gt; &#228; &#x1F44B; &unknown; &#xD800;').text).toBe(
    '<b> ä 👋 &unknown; \ufffd'
  )
})

test('links are absolute, once each, without fragments, and only of the web', () => {
  const html =
    '<a href="../c">up</a><a href=/d>d</a><a href="#x">here</a><a href="../c#y">again</a>' +
    '<a href="mailto:a@b.c">mail</a><a href="javascript:x()">no</a><a>none</a>'
  expect(read(html).links).toEqual([
    { url: 'https://example.org/c', text: 'up' },
    { url: 'https://example.org/d', text: 'd' }
  ])
  const many = Array.from({ length: 80 }, (_, at) => `<a href="/${at}">x</a>`).join('')
  expect(read(many).links).toHaveLength(50)
})

test('honours the base of the page', () => {
  const html = '<head><base href="https://other.org/x/"></head><body><a href="y">y</a>'
  expect(read(html).links[0]?.url).toBe('https://other.org/x/y')
})

test('cuts long text at 64 KiB and not inside a character', () => {
  const { text, truncated } = read(`<p>a${'é'.repeat(40_000)}`)
  expect(truncated).toBe(true)
  expect(Buffer.byteLength(text)).toBe(64 * 1024 - 1)
  expect(text.endsWith('é')).toBe(true)
})

test('survives any string, and shows no markup of a script', () => {
  const tag = fc.constantFrom('<', '>', '</', '<a href="', '"', "'", '<script>', '</script>', '&#')
  const html = fc.array(fc.oneof(tag, fc.string())).map((parts) => parts.join(''))
  fc.assert(fc.property(html, (text) => read(`<script>evil</script>${text}`).text.length >= 0))
  expect(read('<script>evil()</script ><STYLE>x</style>ok').text).toBe('ok')
})

test.each([
  '<',
  '<a ',
  '<a href="',
  '<!--',
  '</',
  '<script>',
  '&#x',
  '<a href=x ',
  '<p',
  ' =',
  '<t '
])('is linear in a megabyte of %s', (unit) => {
  // Quadratic work would need minutes here and run into the test's time limit.
  expect(read(unit.repeat(1_000_000 / unit.length)).links.length).toBeLessThan(2)
})
