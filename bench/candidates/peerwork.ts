/**
 * Peerwork as its users have it: two agents, the public API, a skill file in a runner, traces on.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAgent } from 'peerwork'
import type { Agent, AgentInit } from 'peerwork'
import type { Candidate, Site } from './candidate.ts'

/** Tasks that may wait: more than are ever in flight here, so that none is turned away. */
const QUEUE = 256
/** Longest wait for the other agent, ms. */
const FIND_MS_MAX = 15_000

export const candidate: Candidate = {
  prepare: async (site) => {
    await using agent = await createAgent({ ...serverInit(site), skills: [], mdns: false })
    await writeFile(idFile(site), agent.id)
  },
  serve: async (site) => closing(await createAgent(serverInit(site))),
  connect: async (site) => {
    const to = await readFile(idFile(site), 'utf8')
    const known = [`/ip4/127.0.0.1/tcp/${site.port}/p2p/${to}`]
    const agent = await createAgent({
      ...shared(site),
      name: 'bob',
      ...(site.find === 'address' ? { bootstrap: known } : {})
    })
    const call = async (text: string): Promise<string> => {
      const result = await agent.run<string>('echo', { text }, { to, wait: FIND_MS_MAX })
      if (result.by !== to) throw new Error(`answered by ${result.by}, not by ${to}`)
      return result.value
    }
    return { call, ...closing(agent) }
  }
}

const idFile = (site: Site): string => join(site.home, 'alice.id')

const serverInit = (site: Site): AgentInit => ({
  ...shared(site),
  name: 'alice',
  home: join(site.home, 'alice'),
  ...(site.find === 'address' ? { listen: [`/ip4/127.0.0.1/tcp/${site.port}`] } : {}),
  skills: [import.meta.resolve('../skills/echo.ts')],
  open: true,
  queue: QUEUE
})

/** A network of this measurement's own; found by mDNS only where nobody else is in reach. */
const shared = (site: Site): AgentInit => ({
  network: `bench-${site.port}`,
  preset: site.find === 'address' ? 'loopback' : 'lan'
})

const closing = (agent: Agent) => ({ close: () => agent.stop({ graceMs: 0 }) })
