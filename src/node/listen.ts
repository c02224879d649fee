/** Where an agent listens: at the port it had last time, as long as nobody else has taken it. */

import { createServer } from 'node:net'
import { PeerworkError } from '../protocol/errors.ts'

const TCP = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)$/

/**
 * Put the remembered port where any port would do, so that addresses others wrote down stay true.
 * It is a habit and no demand: when another program listens there now, any port will do.
 */
export async function withPort(
  listen: readonly string[],
  port: string | undefined
): Promise<readonly string[]> {
  const [only, ...more] = listen
  const [, host = '', any] = TCP.exec(only ?? '') ?? []
  const usable = port !== undefined && /^\d{1,5}$/.test(port) && any === '0' && more.length === 0
  if (!usable || only === undefined || !(await isFree(host, Number(port)))) return listen
  return [only.replace(/\/tcp\/0$/, `/tcp/${port}`)]
}

/** Why it cannot listen, in a sentence. */
export function listenError(error: Error, listen: readonly string[]): PeerworkError {
  const where = listen.join(', ')
  const { message } = error
  if (message.includes('EADDRINUSE')) {
    const why = `another program listens there already: ${where}`
    return new PeerworkError('BAD_ADDRESS', `cannot listen: ${why}`)
  }
  if (message.includes('EADDRNOTAVAIL')) {
    const why = `this machine has no such address: ${where}`
    return new PeerworkError('BAD_ADDRESS', `cannot listen: ${why}`)
  }
  if (message.includes('EACCES')) {
    const why = `only the administrator may use such a port: ${where}`
    return new PeerworkError('BAD_ADDRESS', `cannot listen: ${why}`)
  }
  return new PeerworkError('BAD_ADDRESS', `cannot listen at ${where}: ${message}`)
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
