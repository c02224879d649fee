/**
 * Holepunch's RPC over hyperdht; its distributed hash table is a small one of our own on loopback.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import RPC from '@hyperswarm/rpc'
import DHT from 'hyperdht'
import { firstRetried } from '../retry.ts'
import { signed } from '../signed.ts'
import type { Site, Transport } from './candidate.ts'

const METHOD = 'work'
const HOST = '127.0.0.1'
/** Nodes of the local table, count: the smallest that answers lookups like a real one. */
const NODES = 3
/**
 * One attempt at the first request, ms. A lookup that comes before the server's announcement fails
 * at once or hangs for many seconds; asking again is what serves the rival best.
 */
const FIRST_MS_MAX = 300

const hyperswarm: Transport = {
  help: async () => {
    const fixed = { host: HOST, ephemeral: false, firewalled: false }
    const first = new DHT({ ...fixed, bootstrap: [] })
    await first.fullyBootstrapped()
    const { port } = first.address()
    const nodes = [first]
    while (nodes.length < NODES) {
      const node = new DHT({ ...fixed, bootstrap: [{ host: HOST, port }] })
      await node.fullyBootstrapped()
      nodes.push(node)
    }
    return {
      address: String(port),
      close: async () => {
        await Promise.all(nodes.map((node) => node.destroy({ force: true })))
      }
    }
  },
  listen: async (site, handle) => {
    const rpc = start(site, site.seeds.server)
    const server = rpc.createServer()
    server.respond(METHOD, async (request) => Buffer.from(await handle(request)))
    await server.listen()
    return { close: () => rpc.destroy({ force: true }) }
  },
  dial: async (site) => {
    const rpc = start(site, site.seeds.client)
    const server = DHT.keyPair(Buffer.from(site.seeds.server, 'hex')).publicKey
    let client = rpc.connect(server)
    const first = async (request: Uint8Array): Promise<Uint8Array> => {
      try {
        return await Promise.race([client.request(METHOD, request), lateError(FIRST_MS_MAX)])
      } catch (error) {
        client.destroy()
        client = rpc.connect(server)
        throw error
      }
    }
    const send = firstRetried(first, (request) => client.request(METHOD, request))
    return { send, close: () => rpc.destroy({ force: true }) }
  }
}

async function lateError(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false })
  throw new Error(`no answer in ${ms} ms`)
}

function start({ helper }: Site, seed: string): RPC {
  const keyPair = DHT.keyPair(Buffer.from(seed, 'hex'))
  const dht = new DHT({ host: HOST, bootstrap: [{ host: HOST, port: Number(helper) }] })
  return new RPC({ dht, keyPair })
}

export const candidate = signed(hyperswarm)
