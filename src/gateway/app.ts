/** Routes behind their checks, as one function from request to response. */

import { Hono } from 'hono'
import type * as z from 'zod/mini'
import { PeerworkError } from '../protocol/errors.ts'
import { admit, admitAnyone, admitProof, checkOrigin, mayStill } from './access/admit.ts'
import type { Access, Head } from './access/admit.ts'
import type { Caller } from './access/caller.ts'
import type { Names } from './access/host.ts'
import { InFlight } from './access/in-flight.ts'
import { failureOf, isOwnTrouble, Refusal } from './failure.ts'
import { largeAnswer } from './large-answer.ts'
import type { Call, Route, World } from './route.ts'
import { Turns } from './turns.ts'

export interface AppOptions {
  readonly routes: readonly Route[]
  readonly world: World
  readonly access: Access
  /** By which one may ask. */
  readonly names: () => Names
  readonly log: { error(facts: object, message: string): void }
}

/** For everything that is sent, errors included. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store'
} as const

/** What is told of a request beside itself. */
interface Beside {
  Bindings: {
    /** The address it came from; nothing for the observer's own. */
    readonly from?: string
  }
}

export function createApp(options: AppOptions): Hono<Beside> {
  const { routes, names } = options
  const app = new Hono<Beside>()
  const [turns, inFlight] = [new Turns(), new InFlight()]
  app.use(async (context, next) => {
    checkOrigin(context.req.raw.headers, names())
    await next()
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value)
    }
  })
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app.on(route.method, path, async ({ req, env }) => {
      const { method, headers } = req.raw
      const head = { method, headers, from: env.from ?? '' }
      return answer(
        { route, request: req.raw, params: req.param(), head, turns, inFlight },
        options
      )
    })
  }
  const shapes = routes.map(({ method, path }) => ({ method, shape: shapeOf(path) }))
  app.notFound(({ req }) => {
    const others = shapes.filter(({ shape }) => shape.test(req.path)).map(({ method }) => method)
    if (others.length === 0) return secured(failureOf(new Refusal(404, 'see /api/docs')))
    const allow = { allow: others.join(', ') }
    return secured(failureOf(new Refusal(405, `here: ${others.join(', ')}`, allow)))
  })
  const tell = teller(options)
  app.onError((error) => {
    tell(error)
    return secured(failureOf(error))
  })
  return app
}

const shapeOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`)

/** How often the same trouble of the store is logged, ms: senders come back every few seconds. */
const TELL_EVERY_MS = 60_000

/** What is the observer's own trouble goes into the log; what a client did wrong does not. */
function teller({ log, world }: AppOptions): (error: unknown) => void {
  const told = new Map<string, number>()
  return (error) => {
    if (error instanceof Refusal) return
    if (!(error instanceof PeerworkError)) return log.error({ err: error }, 'a request failed')
    const { code, message: why } = error
    const now = world.clock.elapsed()
    if (!isOwnTrouble(code) || now - (told.get(code) ?? -Infinity) < TELL_EVERY_MS) return
    told.set(code, now)
    log.error({ code, why }, 'the store cannot do what it is asked')
  }
}

function secured(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
  return response
}

interface Asked {
  readonly route: Route
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly head: Head
  readonly turns: Turns
  readonly inFlight: InFlight
}

async function answer(asked: Asked, options: AppOptions): Promise<Response> {
  const { route, head } = asked
  const { access } = options
  const go = (caller: Caller): Promise<Response> => answerTo(caller, asked, options)
  if (route.scope === 'proof') return admitProof(head, access, go)
  if (route.scope === 'link') {
    const anyone = admitAnyone(head, access)
    return admitProof(head, access, () => go(anyone))
  }
  return go(route.scope === 'anyone' ? admitAnyone(head, access) : admit(head, route.scope, access))
}

async function answerTo(caller: Caller, asked: Asked, options: AppOptions): Promise<Response> {
  const { route, request, params, turns, inFlight } = asked
  const { access, world } = options
  using _ = caller.scopes.length === 0 ? undefined : inFlight.enter(nameOf(caller))
  if (route.takes !== undefined) checkType(request, route.takes)
  const call = {
    params: read(route.params, params, 'the path'),
    query: read(route.query, queryOf(request.url), 'the query'),
    ...{ caller, world, signal: request.signal, request },
    holds: stillHolds(request, route, { access, world })
  } as Call<never, never>
  const response =
    route.heavy === true
      ? await byTurns(turns, call, async () => jsonOf(await route.handle(call)))
      : responseOf(await route.handle(call))
  // Nobody reads the body of an answer to HEAD: a live one would stay open for ever.
  if (request.method === 'HEAD') await response.body?.cancel()
  return response
}

const nameOf = ({ by, name }: Caller): string => `${by}:${name}`

/** Holds its turn until the answer was read. @throws PeerworkError `BUSY` */
async function byTurns(
  turns: Turns,
  { caller, signal }: Call<never, never>,
  make: () => Promise<string>
): Promise<Response> {
  const turn = await turns.take(nameOf(caller), signal)
  try {
    return largeAnswer(await make(), turn, signal)
  } catch (error) {
    turn[Symbol.dispose]()
    throw error
  }
}

function jsonOf(answered: unknown): string {
  if (answered === undefined) throw new Refusal(404, 'there is no such thing here')
  return `${JSON.stringify(answered)}\n`
}

const responseOf = (answered: unknown): Response =>
  answered instanceof Response
    ? answered
    : new Response(jsonOf(answered), { headers: { 'content-type': 'application/json' } })

/** How long an answer that goes on may trust a key that was looked at, ms. */
const HOLDS_MS = 1_000

function stillHolds(
  { headers }: Request,
  { scope }: Route,
  { access, world }: Pick<AppOptions, 'access' | 'world'>
): () => boolean {
  let looked = world.clock.elapsed()
  let held = true
  return () => {
    const now = world.clock.elapsed()
    if (scope === 'anyone' || scope === 'proof' || scope === 'link') return true
    if (!held || now - looked < HOLDS_MS) return held
    looked = now
    held = mayStill(headers, scope, access)
    return held
  }
}

/** @throws Refusal 415: a type that a form could send would let other pages write */
function checkType({ headers }: Request, takes: readonly string[]): void {
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!takes.includes(type)) throw new Refusal(415, `send ${takes.join(' or ')}`)
}

/** A name that comes twice is refused: which one counts would be a guess. */
function queryOf(url: string): Readonly<Record<string, string>> {
  const given = [...new URL(url).searchParams]
  const names = new Set(given.map(([name]) => name))
  if (names.size < given.length) throw new PeerworkError('BAD_OPTION', 'a parameter stands twice')
  return Object.fromEntries(given)
}

/** @throws PeerworkError `BAD_OPTION` naming the parameter */
function read(
  schema: z.ZodMiniObject | undefined,
  given: Readonly<Record<string, string>>,
  where: string
): unknown {
  if (schema === undefined) {
    const [name] = Object.keys(given)
    if (name === undefined) return {}
    throw new PeerworkError('BAD_OPTION', `${name.slice(0, 80)}: not known here`)
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ')
    const name = issue.keys.join(', ').slice(0, 80)
    throw new PeerworkError('BAD_OPTION', `${name}: not known here; there are ${known}`)
  }
  const name = issue?.path.map(String).join('.') ?? where
  throw new PeerworkError('BAD_OPTION', `${name}: ${issue?.message ?? 'wrong'}`)
}
