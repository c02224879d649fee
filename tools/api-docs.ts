/**
 * Writes docs/api.md: the HTTP API as a real observer describes it (`/api/openapi.json`).
 *
 * `node --conditions=source tools/api-docs.ts`; a test fails when the page is not up to date.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Audit } from '../src/gateway/access/audit.ts'
import { openAccess } from '../src/gateway/access/database.ts'
import { openObserverDoor } from '../src/gateway/observer-door.ts'
import { contentRoutes } from '../src/gateway/routes/contents.ts'
import { systemClock } from '../src/node/clock.ts'
import { openHousekeeping } from '../src/observer/housekeeping.ts'
import { openObserver } from '../src/observer/observer.ts'
import { openContents } from '../src/observer/open-contents.ts'
import { keepOf } from '../src/observer/retention.ts'

export const API_PAGE = fileURLToPath(new URL('../docs/api.md', import.meta.url))

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly const?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly description?: string
  readonly schema: Schema
}
interface Media {
  readonly schema?: Schema
}
interface Operation {
  readonly tags: readonly [string]
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly security?: unknown
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Record<string, Media> }>
  >
}
export interface Description {
  readonly info: { readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** As an observer tells it that runs with everything it can have. */
export async function describe(): Promise<Description> {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-api-docs-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(dir, { recursive: true, force: true }))
  const clock = systemClock
  const log = { info: silent, warn: silent, error: silent }
  const { store, intake, ...rest } = await openObserver({ dir, clock })
  stack.use(rest)
  const access = stack.adopt(openAccess(dir), (db) => db.close())
  const keep = keepOf({})
  const parts = { store, intake, clock, log }
  const housekeeping = stack.use(await openHousekeeping({ ...parts, dir, keep }))
  const audit = new Audit(access, clock.now)
  const more = contentRoutes({ contents: openContents(dir, clock), audit })
  const where = { access, host: '127.0.0.1', port: 0, more }
  const door = stack.use(
    await openObserverDoor({ ...parts, prices: rest.prices, ...where, ...housekeeping })
  )
  const answer = await fetch(`${door.url}/api/openapi.json`)
  return (await answer.json()) as Description
}

const silent = (): void => undefined

export function apiPage({ info, paths }: Description): string {
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, ...operation }))
  )
  const groups = [...Map.groupBy(all, ({ tags }) => tags[0])]
  const sections = groups.map(
    ([group, some]) => `## ${group}\n\n${some.map((one) => section(one)).join('\n')}`
  )
  return `<!-- Written by tools/api-docs.ts from the routes themselves. -->
# The observer's HTTP API

${info.description} A running observer has the same at \`/api/docs\`, and for programs at
\`/api/openapi.json\`. Keys, limits and how to begin: [observer.md](observer.md).

\`\`\`sh
curl -H "Authorization: Bearer $KEY" "http://127.0.0.1:4319/api/v1/traces?status=error"
\`\`\`

${sections.join('\n')}`
}

function section(one: Operation & { readonly path: string; readonly method: string }): string {
  const { path, method, summary, description, parameters = [], requestBody, responses } = one
  const rows = parameters.map(
    ({ name, in: where, description: about = '', schema }) =>
      `| \`${name}\` | ${where} | ${cell([about, choices(schema)].join(' ').trim())} |`
  )
  const table = rows.length === 0 ? [] : ['', '| parameter | in | what |', '|---|---|---|', ...rows]
  const key = one.security === undefined ? 'No key is needed.' : scopeOf(responses)
  const takes = Object.entries(requestBody?.content ?? {})
  const [status = '200'] = Object.keys(responses)
  const done = responses[status]
  const gives = Object.entries(done?.content ?? {})
  const lines = [
    ...[`### \`${method.toUpperCase()} ${path}\``, '', `${summary}. ${key}`],
    ...(description === undefined ? [] : ['', description]),
    ...table,
    ...(takes.length === 0 ? [] : ['', `Takes ${takes.map(mediaOf).join(', or ')}.`]),
    ...(gives.length === 0 ? [] : ['', `Answers ${gives.map(mediaOf).join(', or ')}.`]),
    ...(gives.length === 0 ? ['', `Answers with status ${status}.`] : [])
  ]
  return `${lines.join('\n')}\n`
}

/** The scope stands in the refusal of keys that lack it. */
const scopeOf = (responses: Operation['responses']): string => {
  const scope = /scope (\w+)/.exec(responses['403']?.description ?? '')?.[1]
  return `Scope \`${scope ?? 'admin'}\`.`
}

const choices = ({ enum: some, default: usual }: Schema): string =>
  [
    ...(some === undefined ? [] : [`One of ${some.map((word) => `\`${word}\``).join(', ')}.`]),
    ...(usual === undefined ? [] : [`\`${JSON.stringify(usual)}\` unless given.`])
  ].join(' ')

const mediaOf = ([type, { schema }]: readonly [string, Media]): string => {
  const shape = schema === undefined || Object.keys(schema).length === 0 ? '' : shapeOf(schema)
  return `\`${type}\`${shape === '' ? '' : `: \`${shape}\``}`
}

/** Fields by name, two levels deep: what one has to know to ask for more. */
function shapeOf(schema: Schema, depth = 0): string {
  const { type, properties, required = [], items, anyOf } = schema
  if (anyOf !== undefined) {
    return [...new Set(anyOf.map((one) => shapeOf(one, depth)))].join(' or ')
  }
  if (items !== undefined) return `[${shapeOf(items, depth)}, …]`
  if (properties === undefined) return schema.enum?.join(' or ') ?? schema.const ?? type ?? 'any'
  if (depth > 1) return '{…}'
  const fields = Object.entries(properties).map(([name, field]) => {
    const optional = required.includes(name) ? '' : '?'
    const inner = field.properties ?? field.items?.properties
    return `${name}${optional}${inner === undefined ? '' : `: ${shapeOf(field, depth + 1)}`}`
  })
  return `{ ${fields.join(', ')} }`
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)

if (import.meta.main) writeFileSync(API_PAGE, apiPage(await describe()))
