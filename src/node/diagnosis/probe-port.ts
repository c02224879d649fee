/** Does somebody listen there who speaks libp2p? A look, not a connection. */

import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** multistream-select 1.0 (libp2p connection spec): length, name, newline; both sides say it. */
const HELLO = Buffer.from('\x13/multistream/1.0.0\n')
/** From the first packet to the other side's hello, ms: twice a slow way around the world. */
const PORT_MS_MAX = 3_000

export type PortState =
  /** It is there and speaks libp2p. */
  | 'open'
  /** The machine is there, and nobody listens. */
  | 'closed'
  /** No answer at all: a firewall, or nothing. */
  | 'silent'
  /** Somebody listens who is no agent. */
  | 'foreign'

/** Never throws. Sends nothing but the name of the protocol. */
export function probePort(host: string, port: number, signal?: AbortSignal): Promise<PortState> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    let connected = false
    const end = (state: PortState): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onLate)
      socket.destroy()
      resolve(state)
    }
    const onLate = (): void => end(connected ? 'foreign' : 'silent')
    const timer = setTimeout(onLate, PORT_MS_MAX)
    signal?.addEventListener('abort', onLate)
    socket.on('connect', () => {
      connected = true
      socket.write(HELLO)
    })
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (connected) end('foreign')
      else end(code === 'ECONNREFUSED' ? 'closed' : 'silent')
    })
    socket.on('close', () => end('foreign'))
    listen(socket, end)
  })
}

function listen(socket: Socket, end: (state: PortState) => void): void {
  let heard = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    heard = Buffer.concat([heard, bytes.subarray(0, HELLO.length)])
    if (heard.length >= HELLO.length) {
      end(heard.subarray(0, HELLO.length).equals(HELLO) ? 'open' : 'foreign')
    }
  })
}
