/** Everybody that discovery seeks: as links that are kept up, and as addresses not reached. */

import { plain } from '../addresses.ts'
import type { Sought } from '../discovery-options.ts'
import type { SupervisedLink } from './link.ts'
import type { Search } from './why-alone.ts'

/** @param upSince when the connection to a peer began, ms since 1970; undefined without one */
export function bootstrapLinks(
  sought: readonly Sought[],
  upSince: (id: string) => number | undefined
): SupervisedLink[] {
  return sought
    .filter(({ via }) => via === 'bootstrap')
    .map(({ id, address, error = null, apart }) => {
      const begin = id === undefined ? undefined : upSince(id)
      const about = { kind: 'bootstrap', address, peer: id ?? null } as const
      if (begin !== undefined) return { ...about, state: 'up', since: begin, error: null }
      return { ...about, state: error === null ? 'connecting' : 'down', since: apart, error }
    })
}

/** Others that are known of and could not be reached. */
export function unreachedOf(
  sought: readonly Sought[],
  connected: (id: string) => boolean
): Search['unreached'] {
  return sought.flatMap(({ id, address, via, error }) => {
    const there = id !== undefined && connected(id)
    return via === 'bootstrap' || there || error === undefined ? [] : [{ address, why: error }]
  })
}

/** Hosts and ports of addresses over TCP, each once; link-local ones would need a zone. */
export function portsOf(addresses: readonly string[]): { host: string; port: number }[] {
  const found = new Map<string, { host: string; port: number }>()
  for (const address of addresses) {
    const [, host, port] = /^\/ip[46]\/([^/%]+)\/tcp\/(\d+)$/.exec(plain(address)) ?? []
    if (host === undefined || host.startsWith('fe80:')) continue
    found.set(`${host} ${port}`, { host, port: Number(port) })
  }
  return [...found.values()]
}
