/**
 * What one address of the HTTP door is: who may ask, what it takes, what it answers.
 *
 * Routes are data, so that what is checked, what is documented (OpenAPI) and what is done cannot
 * drift apart.
 */

import type * as z from 'zod/mini'
import type { Clock } from '../node/clock.ts'
import type { Intake } from '../observer/intake.ts'
import type { TraceStore } from '../observer/store.ts'
import type { Caller, Scope } from './access/caller.ts'
import type { BodyRoom } from './body.ts'

type Shape = z.ZodMiniObject

/** What routes work with. */
export interface World {
  readonly store: TraceStore
  readonly intake: Intake
  readonly clock: Clock
  /** Bodies that are large take room of it until they are dealt with. */
  readonly room: BodyRoom
}

/** One request after all checks. */
export interface Call<Params, Query> {
  readonly params: Params
  readonly query: Query
  readonly caller: Caller
  readonly world: World
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  readonly request: Request
  /** Whether the caller still may: for answers that go on for long. */
  readonly holds: () => boolean
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As OpenAPI writes it: `/api/v1/traces/{trace}`. */
  readonly path: string
  /**
   * `anyone`: without a key. `proof`: what it asks with is one, as a sign-in link is. `link`: the
   * same for many people and often, so that right ones are counted too.
   */
  readonly scope: Scope | 'anyone' | 'proof' | 'link'
  /** Of several pages of documentation, the one it stands on. */
  readonly group: string
  readonly summary: string
  readonly about?: string
  readonly params?: Shape
  readonly query?: Shape
  /** Media types that it takes. */
  readonly takes?: readonly string[]
  /** The JSON that it takes, for the description; the route reads and checks it. */
  readonly body?: z.ZodMiniType
  /** What it answers with; undefined when it is no JSON. */
  readonly answer?: z.ZodMiniType
  /** Media types of its answer, when that is not JSON alone. */
  readonly gives?: readonly string[]
  /** Not part of the API: a page for people, and what it is made of. */
  readonly hidden?: true
  /** Looks at much at once: answered with JSON, by turns. */
  readonly heavy?: true
  /** Of an answer that went well; 200 unless it is said. */
  readonly status?: 204 | 303
  /** A `Response` is sent as it is, anything else as JSON. */
  readonly handle: (call: Call<never, never>) => unknown
}

interface Typed<Params extends Shape | undefined, Query extends Shape | undefined> {
  readonly params?: Params
  readonly query?: Query
  readonly handle: (
    call: Call<
      Params extends Shape ? z.output<Params> : unknown,
      Query extends Shape ? z.output<Query> : unknown
    >
  ) => unknown
}

/** Give a route the types of its own parameters. */
export function defineRoute<
  Params extends Shape | undefined = undefined,
  Query extends Shape | undefined = undefined
>(route: Omit<Route, 'handle' | 'params' | 'query'> & Typed<Params, Query>): Route {
  return route as Route
}
