/** The ways out of this machine: interfaces that could carry packets to others. */

import { readFileSync } from 'node:fs'
import type { networkInterfaces } from 'node:os'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

export type Interfaces = ReturnType<typeof networkInterfaces>

export interface Outlet {
  /** `eth0` */
  readonly name: string
  /** Its IPv4 address. */
  readonly address: string
}

/** IFF_MULTICAST of Linux, `netdevice(7)`. */
const MULTICAST_FLAG = 0x1000

/** One IPv4 address an interface: mDNS speaks IPv4, and one tells as much as several. */
export function outlets(interfaces: Interfaces): Outlet[] {
  return Object.entries(interfaces).flatMap(([name, addresses = []]) => {
    const four = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
    return four === undefined ? [] : [{ name, address: four.address }]
  })
}

export function checkInterfaces(interfaces: Interfaces, listen: readonly string[]): Finding {
  const found = outlets(interfaces)
  const shown = found.map(({ name, address }) => `${name} ${address}`).join(', ')
  const facts = { interfaces: found.length }
  const local = listen.every((address) => /^\/ip4\/127\.|^\/ip6\/::1\//.test(address))
  if (local) return pass('INTERFACES', 'only this machine is meant: it listens on loopback', facts)
  if (found.length > 0) return pass('INTERFACES', shown, facts)
  const six = Object.values(interfaces).some((addresses) => addresses?.some(isGlobalSix) === true)
  if (six) return pass('INTERFACES', 'IPv6 only', facts)
  return fail('INTERFACES', 'no interface is up with an address that others could reach', { facts })
}

/** Link-local addresses need a zone and are of no use to peers. */
const isGlobalSix = ({ family, internal, address }: { family: string } & Address): boolean =>
  family === 'IPv6' && !internal && !address.startsWith('fe80:')
interface Address {
  readonly internal: boolean
  readonly address: string
}

/** Whether the system says that an interface carries multicast; unknown is `undefined`. */
export function multicastFlag(name: string): boolean | undefined {
  try {
    const flags = Number(readFileSync(`/sys/class/net/${name}/flags`, 'utf8').trim())
    return Number.isInteger(flags) ? (flags & MULTICAST_FLAG) !== 0 : undefined
  } catch {
    return undefined
  }
}
