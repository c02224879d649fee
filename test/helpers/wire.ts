/** A wire between two agents on loopback that a test can cut: a port that passes bytes on. */

import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Wire extends Disposable {
  /** The address of the peer behind it, through the wire. */
  readonly address: string
  /** Connections that were made through it, count. */
  readonly made: number
  /** Break what goes through it now. New connections get through, unless it is closed. */
  cut(): void
  /** Take no more connections: what dials is refused. */
  close(): void
}

/** @param address of the peer at the other end: `/ip4/127.0.0.1/tcp/<port>/p2p/<id>` */
export async function createWire(address: string): Promise<Wire> {
  const [, port = '', id = ''] = /\/tcp\/(\d+)\/p2p\/(\w+)$/.exec(address) ?? []
  const sockets = new Set<Socket>()
  let made = 0
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  }
  const server = createServer((near) => {
    made++
    const far = connect(Number(port), '127.0.0.1')
    for (const socket of [near, far]) keep(socket)
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = (server.address() as AddressInfo).port
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const close = (): void => {
    if (server.listening) server.close()
  }
  return {
    address: `/ip4/127.0.0.1/tcp/${own}/p2p/${id}`,
    get made() {
      return made
    },
    cut,
    close,
    [Symbol.dispose]() {
      close()
      cut()
    }
  }
}
