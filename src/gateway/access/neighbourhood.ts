/**
 * Who shares an allowance: an address, and of IPv6 a network of 64 bits, because whoever has one
 * address of it has them all (RFC 4291, 2.5.1).
 */

import { isIPv4, isIPv6 } from 'node:net'

/** Groups of 16 bits in an address, and in the part of it that is the network's. */
const GROUPS = 8
const GROUPS_OF_NETWORK = 4

/** @param address as a socket tells it */
export function neighbourhood(address: string): string {
  const plain = address.split('%')[0] ?? ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  if (isIPv4(plain) || !isIPv6(plain)) return plain
  const whole = new URL(`http://[${plain}]`).hostname.slice(1, -1)
  const [front = [], back = []] = whole.split('::').map(groupsOf)
  const missing = whole.includes('::') ? GROUPS - front.length - back.length : 0
  const all = [...front, ...Array.from({ length: missing }, () => '0'), ...back]
  return `${all.slice(0, GROUPS_OF_NETWORK).join(':')}::/64`
}

const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'))
