/**
 * Nobody at the other end is known within seconds; a handshake may take longer.
 *
 * A TCP connection is made by the kernels, at once or never, however busy both processes are. The
 * handshake behind it waits for its turn in both: on a machine that is full that takes seconds, and
 * to give up and begin anew makes the machine fuller. One limit for both would be wrong for one.
 */

import type { Connection, Transport } from '@libp2p/interface'
import { PeerworkError } from '../../protocol/errors.ts'

/** Until the other side's kernel answers, ms. */
const CONNECT_MS_MAX = 5_000

type Given = Parameters<Transport['dial']>[1]

/** Ends a dial when there is no connection in time; what comes then has the time of the dial. */
export function connectInTime<C>(
  make: (components: C) => Transport,
  msMax = CONNECT_MS_MAX
): (components: C) => Transport {
  return (components) => {
    const transport = make(components)
    const dial = transport.dial.bind(transport)
    transport.dial = async (address, options): Promise<Connection> => {
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(silence(msMax)), msMax).unref()
      const signal = AbortSignal.any([late.signal, ...(options.signal ? [options.signal] : [])])
      try {
        return await dial(address, { ...options, signal, upgrader: noting(options, timer) })
      } finally {
        clearTimeout(timer)
      }
    }
    return transport
  }
}

/** The upgrade begins as soon as there is a connection. */
function noting({ upgrader }: Given, timer: NodeJS.Timeout): Given['upgrader'] {
  const inner = upgrader
  return Object.assign(Object.create(inner) as Given['upgrader'], {
    upgradeOutbound: (...given: Parameters<typeof inner.upgradeOutbound>) => {
      clearTimeout(timer)
      return inner.upgradeOutbound(...given)
    }
  })
}

const silence = (ms: number): PeerworkError =>
  new PeerworkError('DIAL_FAILED', `nobody answered within ${ms} ms`)
