/**
 * Does multicast work here? A packet is sent to the group of mDNS and has to come back.
 *
 * RFC 6762: 224.0.0.251, UDP port 5353, shared by every program that speaks mDNS. The packet is a
 * proper question for a random name, so that others drop it for the right reason. The kernel hands
 * a copy to every member of the group on the interface that it leaves by; a firewall, a missing
 * route or a port that another program keeps for itself is in the way of ours as of the copy.
 * What happens behind the cable (a switch or access point that filters) cannot be seen from here.
 */

import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import type { Outlet } from './interfaces.ts'

const GROUP = '224.0.0.251'
const PORT = 5353
/** A copy is there within a millisecond; this is for a busy machine, ms. */
const BACK_MS_MAX = 400
/** Interfaces tried, count: a machine with many containers has hundreds. */
const OUTLETS_MAX = 16
/** What leaves by the system's own choice, as the mDNS of this agent does. */
export const SYSTEM_CHOICE = '0.0.0.0'

export interface MulticastTry extends Outlet {
  /** Why it does not work; null when the packet came back. */
  readonly error: string | null
  /** Address of the interface it left by, when it came back. */
  readonly from: string | null
}

export interface MulticastProbe {
  /** How announcements of this agent leave: by the interface that the system chooses. */
  readonly chosen: MulticastTry
  readonly outlets: readonly MulticastTry[]
}

/** @param random as many random bytes as asked for */
export async function probeMulticast(
  found: readonly Outlet[],
  random: (bytes: number) => Uint8Array
): Promise<MulticastProbe> {
  const some = found.slice(0, OUTLETS_MAX)
  const system = { name: 'system', address: SYSTEM_CHOICE }
  const [chosen, ...outlets] = await Promise.all(
    [system, ...some].map((outlet) => attempt(outlet, question(random(8))))
  )
  return { chosen: chosen ?? { ...system, error: 'not tried', from: null }, outlets }
}

async function attempt(outlet: Outlet, packet: Buffer): Promise<MulticastTry> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    return { ...outlet, error: null, from: await loop(socket, outlet.address, packet) }
  } catch (error) {
    return { ...outlet, error: why(error as NodeJS.ErrnoException), from: null }
  } finally {
    socket.close()
  }
}

/** Send and receive. @returns the sender's address as the receiver sees it */
function loop(socket: Socket, address: string, packet: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('silence')), BACK_MS_MAX)
    const over = (): void => clearTimeout(timer)
    socket.on('message', (bytes, { address: from }) => {
      if (!packet.equals(bytes)) return
      over()
      resolve(from)
    })
    socket.on('error', (error) => {
      over()
      reject(error)
    })
    socket.bind(PORT, () => {
      try {
        socket.addMembership(GROUP, ...(address === SYSTEM_CHOICE ? [] : [address]))
        socket.setMulticastInterface(address)
        socket.setMulticastLoopback(true)
      } catch (error) {
        socket.emit('error', error as Error)
        return
      }
      socket.send(packet, PORT, GROUP, (error) => {
        if (error !== null) socket.emit('error', error)
      })
    })
  })
}

/** Without an interface of its choice the system says one, without a route another of these. */
const NO_WAY = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'ENODEV', 'EADDRNOTAVAIL'])

function why({ code, message }: NodeJS.ErrnoException): string {
  if (message === 'silence') return 'what is sent does not come back: a firewall?'
  if (code === 'EADDRINUSE') return `another program keeps UDP port ${PORT} for itself`
  if (code === 'EPERM' || code === 'EACCES') return 'a firewall of this machine forbids it'
  if (NO_WAY.has(code ?? '')) return `no interface or route leads to ${GROUP}`
  return message
}

/** A DNS question (RFC 1035, 4.1) for a name that nobody has. */
function question(nonce: Uint8Array): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  const labels = [`peerwork-probe-${Buffer.from(nonce).toString('hex')}`, '_udp', 'local']
  const name = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)])
  // Root label, type PTR, class IN.
  return Buffer.concat([header, ...name, Buffer.from([0, 0, 12, 0, 1])])
}
