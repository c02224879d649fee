/** The API's description, made of the same routes that answer: OpenAPI 3.1. */

import * as z from 'zod/mini'
import { VERSION } from '../node/version.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { Route } from './route.ts'

/** https://spec.openapis.org/oas/v3.1.1.html */
export function openApi(routes: readonly Route[]): JsonObject {
  const paths: Record<string, JsonObject> = {}
  for (const route of routes) {
    if (route.hidden === true) continue
    const at = (paths[route.path] ??= {})
    paths[route.path] = { ...at, [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Peerwork observer',
      version: VERSION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Traces of agents: what they did, handed on, changed and cost, and what of it is ' +
        'missing. Times in µs are since 1970, UTC. Errors are problem details (RFC 9457).'
    },
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'peerwork observe key create' },
        session: { type: 'apiKey', in: 'cookie', name: 'peerwork_session' }
      },
      schemas: { Problem: PROBLEM }
    }
  }
}

const PROBLEM: JsonObject = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, and why.' },
    code: { type: 'string', description: 'See docs/errors.md.' },
    hint: { type: 'string', description: 'What to do next.' }
  }
}

const problem = (description: string): JsonObject => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
})

function operationOf(route: Route): JsonObject {
  const { group, summary, about, scope, params, query, takes, body: taken } = route
  const { answer, gives = ['application/json'], status = 200 } = route
  const keyed = scope !== 'anyone' && scope !== 'proof' && scope !== 'link'
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')]
  const media = taken === undefined ? {} : { schema: schemaOf(taken, 'input') }
  const body = Object.fromEntries((takes ?? []).map((type) => [type, media]))
  const schema = answer === undefined ? {} : schemaOf(answer, 'output')
  return {
    ...{ tags: [group], summary, operationId: nameOf(route) },
    ...(about !== undefined && { description: about }),
    ...(parameters.length > 0 && { parameters }),
    ...(takes !== undefined && { requestBody: { required: true, content: body } }),
    ...(keyed && { security: [{ key: [] }, { session: [] }] }),
    responses: {
      [status]: {
        description: 'Done.',
        ...(status === 200 && {
          content: Object.fromEntries(gives.map((type) => [type, { schema }]))
        })
      },
      400: problem('The request is wrong; `detail` says where.'),
      ...(keyed && { 401: problem('No key, or one that is not valid.') }),
      ...(keyed && { 403: problem(`The key has no scope ${scope}.`) }),
      ...(scope === 'proof' && { 403: problem('The proof is wrong, or was used.') }),
      ...(params !== undefined && { 404: problem('There is no such thing.') }),
      ...(takes !== undefined && { 413: problem('Too much at once; send it in parts.') }),
      ...(takes !== undefined && { 415: problem('Another media type, or packed in another way.') }),
      429: problem('Too many requests; `Retry-After` says when.'),
      503: problem('The store fails, or has no room; `Retry-After` says when to try again.')
    }
  }
}

/** `GET /api/v1/traces/{trace}/spans` is `getTracesTraceSpans`. */
function nameOf({ method, path }: Route): string {
  const words = path.replace(/^\/(?:api\/)?(?:v1\/)?/, '').match(/\w+/g) ?? []
  const rest = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return method.toLowerCase() + rest.join('')
}

function parametersOf(shape: z.ZodMiniObject | undefined, where: 'path' | 'query'): JsonObject[] {
  if (shape === undefined) return []
  const { properties = {}, required = [] } = schemaOf(shape, 'input') as {
    properties?: Record<string, JsonObject>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: where, schema },
    ...(description !== undefined && { description }),
    required: where === 'path' || required.includes(name)
  }))
}

function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest as JsonObject
}
