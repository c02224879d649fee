/**
 * A small internet on one machine: hosts with public addresses, and sites behind routers of their
 * own, with or without NAT.
 *
 * A router forwards what its site sends and lets in only answers, as a home router does. `cone`:
 * one inside port keeps one outside port whomever it talks to, so that a hole can be punched;
 * `symmetric`: every destination gets another port; `none`: no translation, and everything is let
 * in, so that the site is only another subnet. Public addresses are of 44.0.0.0/8: no address that
 * is special, and none that anything here can reach outside.
 */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Host, Namespaces } from './netns.ts'
import { addSwitch, carrier, createNamespaces, hostOf, ip, wire } from './netns.ts'

const run = promisify(execFile)

export type Nat = 'none' | 'cone' | 'symmetric'

export interface Plan {
  /** Hosts on the backbone. */
  readonly servers: number
  /** The backbone is a company's, with private addresses. */
  readonly company?: boolean
  readonly sites: readonly { readonly nat: Nat; readonly hosts: number }[]
}

export interface Site {
  readonly nat: Nat
  /** The public address of its router. */
  readonly outside: string
  readonly router: string
  readonly hosts: readonly Host[]
  /** Cut the site off from the internet, and give it back. */
  unplug(): Promise<void>
  plug(): Promise<void>
}

export interface Internet extends AsyncDisposable {
  readonly servers: readonly Host[]
  readonly sites: readonly Site[]
}

export async function createInternet({ servers, sites, company }: Plan): Promise<Internet> {
  const spaces = await createNamespaces()
  try {
    const backbone = await spaces.add('net')
    const prefix = `${company === true ? 10 : 44}.${spaces.number % 256}.0`
    await addSwitch(backbone)
    const made: Internet['servers'][number][] = []
    for (let at = 1; at <= servers; at++) {
      const namespace = await spaces.add(`s${at}`)
      const address = `${prefix}.${at}`
      const place = { bridge: backbone, port: `server${at}`, namespace, address }
      await wire(place)
      made.push(hostOf(place, spaces.children))
    }
    const all: Site[] = []
    for (const [at, site] of sites.entries()) {
      all.push(await addSite(spaces, backbone, { ...site, prefix, number: at + 1 }))
    }
    await routeSubnets(made, all)
    const namespaces = [...made, ...all.flatMap(({ hosts }) => hosts)]
    await Promise.all(namespaces.map(({ namespace }) => carrier(namespace)))
    return {
      ...{ servers: made, sites: all },
      [Symbol.asyncDispose]: () => spaces[Symbol.asyncDispose]()
    }
  } catch (error) {
    await spaces[Symbol.asyncDispose]()
    throw error
  }
}

/** Let a part of the packets that come in here get lost. */
export async function lose(host: Host, percent: number): Promise<void> {
  const share = Math.min(9_999, Math.round(percent * 100))
  await nft(host.namespace, 'add table ip loss')
  await nft(host.namespace, 'add chain ip loss in { type filter hook prerouting priority -300; }')
  await nft(host.namespace, `add rule ip loss in numgen random mod 10000 < ${share} drop`)
}

async function addSite(
  spaces: Namespaces,
  backbone: string,
  { nat, hosts: size, prefix, number }: Plan['sites'][number] & { prefix: string; number: number }
): Promise<Site> {
  const router = await spaces.add(`r${number}`)
  const outside = `${prefix}.${100 + number}`
  const place = { bridge: backbone, port: `site${number}`, namespace: router, address: outside }
  await wire(place)
  await addSwitch(router)
  await ip('-n', router, 'addr', 'add', `192.168.${number}.254/24`, 'dev', 'br0')
  await run('ip', ['netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1'])
  if (nat !== 'none') await translate(router, nat)
  const hosts: Host[] = []
  for (let at = 1; at <= size; at++) {
    const namespace = await spaces.add(`r${number}h${at}`)
    const address = `192.168.${number}.${at}`
    const inside = { bridge: router, port: `port${at}`, namespace, address }
    await wire(inside)
    await ip('-n', namespace, 'route', 'add', 'default', 'via', `192.168.${number}.254`)
    hosts.push(hostOf(inside, spaces.children))
  }
  const cable = ['-n', backbone, 'link', 'set', place.port]
  return {
    ...{ nat, outside, router, hosts },
    unplug: () => ip(...cable, 'down'),
    async plug() {
      await ip(...cable, 'up')
      await carrier(router)
    }
  }
}

/** Sites without NAT are subnets that everybody on the backbone has to find. */
async function routeSubnets(servers: readonly Host[], sites: readonly Site[]): Promise<void> {
  for (const [at, { nat, outside, router }] of sites.entries()) {
    if (nat !== 'none') continue
    const others = sites.filter((site) => site.router !== router && site.nat === 'none')
    const knowing = [...servers.map(({ namespace }) => namespace), ...others.map((o) => o.router)]
    for (const namespace of knowing) {
      await ip('-n', namespace, 'route', 'add', `192.168.${at + 1}.0/24`, 'via', outside)
    }
  }
}

async function translate(router: string, nat: Nat): Promise<void> {
  const out = nat === 'symmetric' ? 'masquerade fully-random' : 'masquerade'
  await nft(router, 'add table ip home')
  await nft(router, 'add chain ip home out { type nat hook postrouting priority 100; }')
  await nft(router, `add rule ip home out oifname eth0 ${out}`)
  for (const hook of ['input', 'forward']) {
    await nft(router, `add chain ip home ${hook} { type filter hook ${hook} priority 0; }`)
    await nft(router, `add rule ip home ${hook} iifname eth0 ct state new drop`)
  }
}

async function nft(namespace: string, command: string): Promise<void> {
  await run('ip', ['netns', 'exec', namespace, 'nft', ...command.split(' ')])
}
