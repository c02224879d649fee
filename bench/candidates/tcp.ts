/** Plain TCP: no encryption, no discovery, no multiplexing beyond a number on each frame. */

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { answer, asker } from '../lines.ts'
import { retry } from '../retry.ts'
import { signed } from '../signed.ts'
import type { Transport } from './candidate.ts'

export const tcp: Transport = {
  listen: async ({ port }, handle) => {
    const sockets = new Set<Socket>()
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      answer(socket, handle)
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return {
      close: async () => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }
    }
  },
  dial: async ({ port }) => {
    const socket = await retry(async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      await once(socket, 'connect')
      return socket
    })
    return { send: asker(socket), close: async () => void socket.destroy() }
  }
}

export const candidate = signed(tcp)
