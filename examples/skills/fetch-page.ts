/**
 * Fetch a web page and give back what a person would read: title, text and links.
 *
 * It may reach every public host and no private one: requests go through the agent, which refuses
 * private, loopback and link-local addresses, also behind redirects and DNS names. An operator who
 * wants it to read an intranet, or little of the web, lists the hosts in its configuration.
 */

import { defineSkill } from 'peerwork'
import * as z from 'zod'
import { decodeBody, readBody } from './fetch-page/body.ts'
import { pageOf, textPage } from './fetch-page/page.ts'

const URL_LENGTH_MAX = 2048
/** A page's HTML, bytes; what comes after is not read. */
const BODY_BYTES_MAX = 5 * 1024 * 1024

const url = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
  .max(URL_LENGTH_MAX)
  .refine((text) => !hasPassword(text), 'must be without user and password')

const hasPassword = (text: string): boolean => {
  const { username, password } = URL.parse(text) ?? { username: '', password: '' }
  return username !== '' || password !== ''
}
const isPage = (type: string): boolean => /^(?:text\/html|application\/xhtml\+xml)/i.test(type)
const isText = (type: string): boolean =>
  /^(?:text\/|application\/(?:json|xml|.+\+(?:json|xml)))/i.test(type)

export default defineSkill({
  name: 'fetch-page',
  description: 'Fetch a public web page and return its title, readable text and links.',
  tags: ['web'],
  hosts: ({ hosts }) => hosts,
  concurrency: 4,
  timeoutMs: 60_000,
  config: z.object({
    hosts: z
      .array(z.string().min(1))
      .default(['*'])
      .describe('What it may reach: * is every public host; private ones are written out')
  }),
  input: z.object({ url }),
  output: z.object({
    url: z.string().describe('After redirects'),
    status: z.int(),
    title: z.string(),
    text: z.string().describe('At most 64 KiB'),
    links: z.array(z.object({ url: z.string(), text: z.string() })).describe('At most 50'),
    truncated: z.boolean().describe('The page was longer than what was read or shown')
  }),

  async run({ url }, ctx) {
    ctx.progress(0, `asking ${new URL(url).host}`)
    const response = await ctx.fetch(url, {
      signal: ctx.signal,
      headers: { accept: 'text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1' }
    })
    const type = response.headers.get('content-type') ?? 'text/html'
    if (!isPage(type) && !isText(type)) {
      await response.body?.cancel()
      throw new Error(`this is no page to read but ${type.slice(0, 100)}`)
    }
    const { bytes, truncated } = await readBody(response, BODY_BYTES_MAX)
    ctx.progress(0.8, `read ${bytes.length} bytes`)
    const source = decodeBody(bytes, type)
    const base = response.url === '' ? url : response.url
    const page = isPage(type) ? pageOf(source, base) : textPage(source)
    return { ...page, url: base, status: response.status, truncated: truncated || page.truncated }
  }
})
