/** Makes the place one measurement happens in, and takes it away afterwards. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Site } from './candidates/candidate.ts'

const seed = (): string => randomBytes(32).toString('hex')

export async function withSite<T>(find: Site['find'], use: (site: Site) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'peerwork-bench-'))
  try {
    const seeds = { server: seed(), client: seed() }
    return await use({ port: await freePort(), seeds, home, find })
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
