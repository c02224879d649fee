/**
 * The connection that ours stands on, tuned as ours, and nothing above it: what no agent on libp2p
 * with noise and yamux can be faster than.
 */

import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { halfWindow, oneWrite, quickPackets } from '../../src/node/tuned.ts'
import { answer, asker } from '../lines.ts'
import type { ByteStream } from '../lines.ts'
import { retry } from '../retry.ts'
import { runners } from '../runners.ts'
import { signed } from '../signed.ts'
import type { Site, Transport } from './candidate.ts'

const PROTOCOL = '/bench/1'

const libp2p: Transport = {
  listen: async (site, handle) => {
    const host = await start([address(site)])
    await host.handle(PROTOCOL, (stream) => answer(bytesOf(stream), handle))
    return { close: async () => host.stop() }
  },
  dial: async (site) => {
    const host = await start([])
    const stream = await retry(() => host.dialProtocol(multiaddr(address(site)), PROTOCOL))
    return { send: asker(bytesOf(stream)), close: async () => host.stop() }
  }
}

const address = ({ port }: Site): string => `/ip4/127.0.0.1/tcp/${port}`

const start = (listen: string[]) =>
  createLibp2p({
    addresses: { listen },
    transports: [oneWrite(tcp())],
    connectionEncrypters: [quickPackets(noise())],
    streamMuxers: [halfWindow(yamux())]
  })

function bytesOf(stream: Stream): ByteStream {
  return {
    write: (bytes) => stream.send(bytes),
    on: (_event, listener) => {
      stream.addEventListener('message', ({ data }) => listener(asBuffer(data.subarray())))
    }
  }
}

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length)

export const candidate = signed(libp2p, runners)
