/**
 * Which addresses a skill's requests may reach.
 *
 * Two checks, both needed: the host as written in the URL, because a literal address is never
 * looked up; and every answer of the lookup, whose answers the connection then uses, so that a name
 * cannot change its meaning in between.
 */

import { lookup as systemLookup } from 'node:dns'
import type { LookupAddress, LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { domainToASCII } from 'node:url'
import { PeerworkError } from '../protocol/errors.ts'

/** IANA special-purpose registries, and what translates to them. */
const PRIVATE_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4'
]
const PRIVATE_6 = [
  '::/96',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8'
]

/** Two lists: in one, the range of mapped addresses would cover every IPv4 address too. */
const private4 = blockList(PRIVATE_4, 'ipv4')
const private6 = blockList(PRIVATE_6, 'ipv6')

function blockList(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', bits = ''] = range.split('/')
    list.addSubnet(net, Number(bits), family)
  }
  return list
}

/** Loopback, private, link-local, metadata, multicast, reserved, or no address at all. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  const family = isIP(plain)
  if (family === 0) return true
  return family === 4 ? private4.check(plain, 'ipv4') : private6.check(plain, 'ipv6')
}

/** Whether a URL may be asked, and whether its host may resolve to a private address. */
export type HostVerdict =
  | { readonly allowed: true; readonly privately: boolean }
  | { readonly allowed: false; readonly why: string }

export type HostPolicy = (url: URL) => HostVerdict

interface Rule {
  /** Exact host, or the part behind `*`; empty for every host. */
  readonly host: string
  readonly wild: boolean
  /** `''` means the default port of the scheme, `*` any. */
  readonly port: string
}

const RULE = /^(\*|(?:\*\.)?(?:[^:/?#@[\]*\s]+)|\[[0-9a-f:.]+\])(?::(\d{1,5}|\*))?$/iu

/**
 * @param declared the `hosts` of a skill, see `SkillDefinition`
 * @throws PeerworkError `SKILL_INVALID` for an entry that is no host
 */
export function compileHosts(declared: readonly string[]): HostPolicy {
  const rules = declared.map(ruleOf)
  return (url) => judge(url, rules)
}

function ruleOf(entry: string): Rule {
  const [, host = '', port = ''] = RULE.exec(entry) ?? []
  if (host === '') {
    const like = 'example.org, example.org:8443 or *.example.org'
    const text = `hosts: "${entry}" is not a host like ${like}`
    throw new PeerworkError('SKILL_INVALID', text)
  }
  if (host === '*') return { host: '', wild: true, port: port === '' ? '*' : port }
  if (host.startsWith('*.')) return { host: normal(host.slice(1)), wild: true, port }
  return { host: normal(host), wild: false, port }
}

function normal(host: string): string {
  if (host.startsWith('[')) return new URL(`http://${host}`).hostname
  const dotted = host.startsWith('.') ? '.' : ''
  return dotted + domainToASCII(host.slice(dotted.length)).toLowerCase().replace(/\.$/, '')
}

function judge(url: URL, rules: readonly Rule[]): HostVerdict {
  const deny = (why: string): HostVerdict => ({ allowed: false, why })
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return deny('only http and https are spoken here')
  }
  if (url.username !== '' || url.password !== '') return deny('its URL carries a password')
  // WHATWG URLs are normalised: 0x7f.1 and 2130706433 are 127.0.0.1 here already.
  const host = url.hostname.replace(/\.$/, '')
  const matching = rules.filter((rule) => hostFits(rule, host) && portFits(rule, url.port))
  if (matching.length === 0) {
    const known = rules.some((rule) => hostFits(rule, host))
    return deny(known ? `port ${url.port || 'default'} is not declared` : 'it is not declared')
  }
  const privately = matching.some((rule) => !rule.wild)
  const literal = host.replace(/^\[|\]$/g, '')
  if (!privately && isIP(literal) !== 0 && isPrivateAddress(literal)) {
    return deny('it is a private address that is not written out in the declaration')
  }
  return { allowed: true, privately }
}

function hostFits(rule: Rule, host: string): boolean {
  if (!rule.wild) return host === rule.host
  return rule.host === '' || (host.endsWith(rule.host) && host.length > rule.host.length)
}

const portFits = (rule: Rule, port: string): boolean => rule.port === '*' || rule.port === port

type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void
) => void

/** A `lookup` for `http.request` that fails when any answer is private, unless that is allowed. */
export function guardedLookup(privately: boolean, resolve: Resolve = systemLookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, [])
      const bad = privately ? undefined : found.find(({ address }) => isPrivateAddress(address))
      if (bad !== undefined) return done(privateAnswer(host, bad.address), [])
      const [first] = found
      if (options.all === true || first === undefined) return done(null, found)
      done(null, first.address, first.family)
    })
  }
}

function privateAnswer(host: string, address: string): PeerworkError {
  const text = `${host}: it resolves to the private address ${address}`
  return new PeerworkError('HOST_DENIED', text, { host, address })
}
