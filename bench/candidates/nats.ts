/** NATS request and reply through a nats-server of our own on loopback. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from '@nats-io/transport-node'
import type { Msg } from '@nats-io/transport-node'
import { firstRetried, retry } from '../retry.ts'
import { signed } from '../signed.ts'
import { freePort } from '../site.ts'
import type { Transport } from './candidate.ts'

const SUBJECT = 'bench.work'
/** A request that is not answered is an error, ms; several times the slowest answer seen. */
const ANSWER_MS_MAX = 10_000

const nats: Transport = {
  help: async () => {
    const port = await freePort()
    const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], {
      stdio: 'ignore'
    })
    await once(server, 'spawn')
    const servers = `127.0.0.1:${port}`
    const probe = await retry(() => connect({ servers, reconnect: false }))
    await probe.close()
    return {
      address: servers,
      close: async () => {
        server.kill('SIGKILL')
        await once(server, 'exit')
      }
    }
  },
  listen: async ({ helper = '' }, handle) => {
    const connection = await connect({ servers: helper })
    const answer = async (message: Msg): Promise<void> => {
      message.respond(await handle(message.data))
    }
    connection.subscribe(SUBJECT, {
      callback: (error, message) => {
        if (error !== null) throw error
        void answer(message)
      }
    })
    await connection.flush()
    return { close: () => connection.close() }
  },
  dial: async ({ helper = '' }) => {
    const connection = await connect({ servers: helper })
    const send = async (request: Uint8Array): Promise<Uint8Array> => {
      const answer = await connection.request(SUBJECT, request, { timeout: ANSWER_MS_MAX })
      return answer.data
    }
    // Nobody may listen yet when the first request arrives.
    return { send: firstRetried(send, send), close: () => connection.close() }
  }
}

export const candidate = signed(nats)
