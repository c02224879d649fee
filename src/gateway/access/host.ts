/**
 * Names by which the door is asked, in one spelling: lower case, no final dot, the shortest IPv6,
 * no port that the scheme says anyway (RFC 9110, 4.2.3; RFC 5952).
 *
 * Everything that is no plain name or address is nobody's: URL parsers also take octal numbers,
 * escapes, users and full-width letters, and whoever stands before us may read those otherwise.
 */

import { isIPv6 } from 'node:net'
import { PeerworkError } from '../../protocol/errors.ts'

export type Scheme = 'http' | 'https'

/** Who may ask, and from where: what `Host` and `Origin` are held against. */
export interface Names {
  /** As `hostIn` spells them. */
  readonly hosts: ReadonlySet<string>
  /** `https://traces.example.com`: pages that are the observer's own. */
  readonly origins: ReadonlySet<string>
  /** Where the operator says that people find it; its `Host` may be rewritten on the way. */
  readonly publicOrigin: string | undefined
}

const SCHEMES: readonly Scheme[] = ['http', 'https']
const USUAL: Readonly<Record<Scheme, number>> = { http: 80, https: 443 }
const PORT_MAX = 65_535
/** RFC 1123, 2.1, and underscores, which names of containers have. */
const NAMED = /^([a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_-])?)\.?(?::(\d{0,5}))?$/i
const BRACKETED = /^\[([0-9a-f:.]{2,45})\](?::(\d{0,5}))?$/i
const ORIGIN = /^(https?):\/\/([^/?#@\\\s]{1,300})$/i

/** @returns undefined for what is no host */
export function hostIn(text: string, scheme: Scheme): string | undefined {
  const [, address, portAfter] = BRACKETED.exec(text) ?? []
  const [, name, portOfName] = NAMED.exec(text) ?? []
  const shown = address === undefined ? name?.toLowerCase() : shortest(address)
  if (shown === undefined) return undefined
  const port = portAfter || portOfName || String(USUAL[scheme])
  if (Number(port) > PORT_MAX) return undefined
  return Number(port) === USUAL[scheme] ? shown : `${shown}:${Number(port)}`
}

/** `[::1]` of any way to write it. */
function shortest(address: string): string | undefined {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : undefined
}

/** `https://traces.example.com` of any way to write it; undefined for what is no origin. */
export function originIn(text: string): { scheme: Scheme; host: string } | undefined {
  const [, word = '', rest = ''] = ORIGIN.exec(text) ?? []
  const scheme = SCHEMES.find((one) => one === word.toLowerCase())
  const host = scheme === undefined ? undefined : hostIn(rest, scheme)
  return scheme === undefined || host === undefined ? undefined : { scheme, host }
}

export const isNamed = (host: string, { hosts }: Names): boolean =>
  SCHEMES.some((scheme) => hosts.has(hostIn(host, scheme) ?? ''))

/** Whether a page of this origin is the observer's own, asked by this `Host`. */
export function isOwnPage(origin: string, host: string, names: Names): boolean {
  const from = originIn(origin)
  if (from === undefined) return false
  const spelled = `${from.scheme}://${from.host}`
  if (spelled === names.publicOrigin) return true
  return names.origins.has(spelled) && from.host === hostIn(host, from.scheme)
}

export interface NamesInit {
  /** Addresses and names of this machine that lead here. */
  readonly own: readonly string[]
  readonly port: number
  /** As the operator wrote them; behind a proxy, so the scheme is not known. */
  readonly allowed: readonly string[]
  readonly publicUrl?: URL | undefined
}

/** @throws PeerworkError `BAD_OPTION` for an allowed name that is none */
export function namesOf({ own, port, allowed, publicUrl }: NamesInit): Names {
  const here = own.flatMap((name) => hostIn(`${bracketed(name)}:${port}`, 'http') ?? [])
  const others = allowed.flatMap((name) =>
    SCHEMES.map((scheme) => ({ scheme, host: allowedHost(name, scheme) }))
  )
  const open = publicUrl === undefined ? undefined : originIn(publicUrl.origin)
  const publicOrigin = open === undefined ? undefined : `${open.scheme}://${open.host}`
  const origins = others.map(({ scheme, host }) => `${scheme}://${host}`)
  return {
    hosts: new Set([...here, ...others.map(({ host }) => host), ...(open ? [open.host] : [])]),
    origins: new Set([...here.map((host) => `http://${host}`), ...origins]),
    publicOrigin
  }
}

function allowedHost(name: string, scheme: Scheme): string {
  const host = hostIn(bracketed(name), scheme)
  if (host !== undefined) return host
  throw new PeerworkError('BAD_OPTION', `"${name.slice(0, 80)}" is no name to be asked by`)
}

/** `[::1]` for `::1`; what has brackets, or is a name, stays. */
export const bracketed = (name: string): string => (isIPv6(name) ? `[${name}]` : name)
