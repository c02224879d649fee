/** gRPC over HTTP/2, one unary call per task; raw bytes, so that no codec is in the way. */

import { promisify } from 'node:util'
import { Client, credentials, Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js'
import { retry } from '../retry.ts'
import { signed } from '../signed.ts'
import type { Transport } from './candidate.ts'

const PATH = '/bench.Worker/Run'
const same = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const definition: ServiceDefinition = {
  run: {
    path: PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same
  }
}

const grpc: Transport = {
  listen: async ({ port }, handle) => {
    const server = new Server()
    const run: handleUnaryCall<Buffer, Uint8Array> = (call, reply) => {
      handle(call.request).then(
        (answer) => reply(null, answer),
        (error: unknown) => reply({ code: status.INTERNAL, details: String(error) })
      )
    }
    server.addService(definition, { run })
    const bind = promisify(server.bindAsync.bind(server))
    await bind(`127.0.0.1:${port}`, ServerCredentials.createInsecure())
    return { close: async () => server.forceShutdown() }
  },
  dial: async ({ port }) => {
    const client = await retry(async () => {
      const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
      try {
        await promisify(client.waitForReady.bind(client))(Date.now() + 30)
        return client
      } catch (error) {
        client.close()
        throw error
      }
    })
    const send = (request: Uint8Array): Promise<Uint8Array> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(PATH, same, same, request, (error, answer) => {
          if (error !== null || answer === undefined) reject(error ?? new Error('no answer'))
          else resolve(answer)
        })
      })
    return { send, close: async () => client.close() }
  }
}

export const candidate = signed(grpc)
