/** The API's description as a page to read: no script, no style but its own. */

import { createHash } from 'node:crypto'
import type { JsonObject } from '../protocol/json.ts'

const STYLE = `
:root { color-scheme: light dark; --line: #8884 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.5 ui-monospace, monospace }
pre { border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto }
h2 { margin-top: 2.5rem } h3 { margin: 2rem 0 0 } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
td, th { border-bottom: 1px solid var(--line) }
`
const HASH = createHash('sha256').update(STYLE).digest('base64')
export const DOCS_POLICY = [
  ...["default-src 'none'", `style-src 'sha256-${HASH}'`, "base-uri 'none'"],
  "frame-ancestors 'none'"
].join('; ')

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: { readonly type?: string; readonly enum?: readonly string[] }
}
interface Operation {
  readonly tags: readonly [string]
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: JsonObject }
  readonly security?: unknown
}
interface Entry extends Operation {
  readonly method: string
  readonly path: string
}

/** @param url where this observer is reached, for examples that work as they stand */
export function docsPage(api: JsonObject, url: string): string {
  const paths = api['paths'] as unknown as Record<string, Record<string, Operation>>
  const entries: Entry[] = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method, path }))
  )
  const groups = Map.groupBy(entries, ({ tags }) => tags[0])
  const { title, version, description } = api['info'] as Record<string, string>
  const parts = [...groups].map(
    ([name, some]) => `<h2>${escape(name)}</h2>${some.map((one) => section(one, url)).join('')}`
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title ?? '')}</title><style>${STYLE}</style>
<h1>${escape(title ?? '')}</h1><p>${escape(description ?? '')}</p>
<p>Version ${escape(version ?? '')}; <a href="/api/openapi.json">openapi.json</a> for programs.</p>
${parts.join('\n')}</html>\n`
}

function section(entry: Entry, url: string): string {
  const { method, path, summary, description = '', parameters = [], security } = entry
  const rows = parameters.map(
    ({ name, in: where, required, description: about = '', schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${where}${required ? ', required' : ''}</td>` +
      `<td>${escape([about, schema.enum?.join(', ') ?? ''].join(' ').trim())}</td></tr>`
  )
  const table =
    rows.length === 0
      ? ''
      : `<table><tr><th>name</th><th>in</th><th>what</th></tr>${rows.join('')}</table>`
  const key = security === undefined ? '' : ' -H "Authorization: Bearer $KEY"'
  const [type] = Object.keys(entry.requestBody?.content ?? {})
  const send = type === undefined ? '' : ` -H "Content-Type: ${type}" --data-binary @body`
  const curl = `curl${key}${send} "${url}${path}"`
  return (
    `<h3><code>${method.toUpperCase()} ${escape(path)}</code></h3><p>${escape(summary)}. ` +
    `${escape(description)}</p>${table}<pre>${escape(curl)}</pre>`
  )
}

const SIGNS: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
}

/** Text that stays text in HTML. */
export const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? '')
