/**
 * From a request's head to its caller, or a refusal.
 *
 * Order: `Host` (DNS rebinding), `Origin` and `Sec-Fetch-Site` (other pages), who, how often, what.
 */

import { PeerworkError } from '../../protocol/errors.ts'
import { Refusal } from '../failure.ts'
import type { Allowance, Kind } from './allowance.ts'
import { mayCall } from './caller.ts'
import type { Caller, Scope } from './caller.ts'
import type { Keys } from './keys.ts'
import { isNamed, isOwnPage } from './host.ts'
import type { Names } from './host.ts'
import { neighbourhood } from './neighbourhood.ts'
import { COOKIE } from './sessions.ts'
import type { Sessions } from './sessions.ts'

export interface Access {
  readonly keys: Keys
  readonly sessions: Sessions
  readonly allowance: Allowance
}

/** A header that no form and no other page can send. */
const OWN_HEADER = 'x-peerwork'

/** @throws Refusal 421 for a name that does not lead here, 403 for another site's page */
export function checkOrigin(headers: Headers, names: Names): void {
  const host = headers.get('host') ?? ''
  if (!isNamed(host, names)) throw new Refusal(421, 'ask by the address that the observer printed')
  const origin = headers.get('origin')
  // The port is ours as well: no other page has this origin.
  if (origin !== null && !isOwnPage(origin, host, names)) {
    throw new Refusal(403, 'a page of another site may not ask here')
  }
  const site = headers.get('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') {
    const navigates = headers.get('sec-fetch-mode') === 'navigate'
    if (!navigates) throw new Refusal(403, 'a page of another site may not ask here')
  }
}

/** What is known of a request before its body. */
export interface Head extends Pick<Request, 'method' | 'headers'> {
  /** The address it came from; empty for the observer's own. */
  readonly from: string
}

/** @throws Refusal 401, 403, or PeerworkError `QUOTA_EXCEEDED` */
export function admit({ method, headers, from }: Head, scope: Scope, access: Access): Caller {
  const caller = callerOf(headers, access)
  if (caller === undefined) {
    spend(access, neighbourhood(from), 'stranger')
    const how = { 'www-authenticate': 'Bearer realm="peerwork"' }
    throw new Refusal(401, 'send `Authorization: Bearer pwk_…`; peerwork observe key create', how)
  }
  spend(access, `${caller.by}:${caller.name}`, 'caller')
  if (!mayCall(caller, scope)) {
    throw new Refusal(403, `the key "${caller.name}" has no scope ${scope}`)
  }
  // A cookie goes along with whatever a page sends; a key only with what its bearer sends.
  const changes = method !== 'GET' && method !== 'HEAD'
  if (caller.by === 'session' && changes && headers.get(OWN_HEADER) === null) {
    throw new Refusal(403, `a change from a browser needs the header ${OWN_HEADER}`)
  }
  return caller
}

const NOBODY: Caller = { name: 'nobody', by: 'session', scopes: [] }

/** For what needs no key. @throws PeerworkError `QUOTA_EXCEEDED` */
export function admitAnyone({ from }: Head, access: Access): Caller {
  spend(access, neighbourhood(from), 'anyone')
  return NOBODY
}

/**
 * For what brings its own proof, as a sign-in link: the right one is never counted, so that nobody
 * who guesses keeps an owner out.
 *
 * @throws PeerworkError `QUOTA_EXCEEDED`, or what `prove` throws
 */
export async function admitProof<Value>(
  { from }: Head,
  access: Access,
  prove: (caller: Caller) => Value | Promise<Value>
): Promise<Value> {
  try {
    return await prove(NOBODY)
  } catch (error) {
    spend(access, neighbourhood(from), 'stranger')
    throw error
  }
}

/** The same again, later, without counting it. */
export function mayStill(headers: Headers, scope: Scope, access: Access): boolean {
  const caller = callerOf(headers, access)
  return caller !== undefined && mayCall(caller, scope)
}

function callerOf(headers: Headers, { keys, sessions }: Access): Caller | undefined {
  const bearer = /^Bearer (\S{1,200})$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (bearer !== undefined) return keys.find(bearer)
  const secret = sessionIn(headers)
  return secret === undefined ? undefined : sessions.find(secret)
}

export function sessionIn(headers: Headers): string | undefined {
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=')
    if (name === COOKIE && value !== undefined && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}

function spend({ allowance }: Access, name: string, kind: Kind): void {
  const waitMs = allowance.take(name, kind)
  if (waitMs === 0) return
  const facts = { retryAfterMs: Math.ceil(waitMs) }
  throw new PeerworkError('QUOTA_EXCEEDED', 'too many requests', facts)
}
