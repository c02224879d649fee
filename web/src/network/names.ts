/** What agents are called, by their ids: as their cards and their spans say. */

import { tail } from '../format.ts'
import type { Agents, Network } from '../types.ts'

export type Names = ReadonlyMap<string, string>

export function namesOf(agents: Agents | undefined, network: Network | undefined): Names {
  const names = new Map<string, string>()
  for (const { agent, by } of agents?.agents ?? []) {
    // A key tells of many agents: only who tells of itself alone bears the name.
    for (const id of by) if (isAgentId(id)) names.set(id, agent)
  }
  for (const { id, name } of network?.members ?? []) names.set(id, name)
  for (const { id, name } of network?.peers ?? []) names.set(id, name)
  const own = network?.agent
  if (own) names.set(own.id, own.name)
  return names
}

const isAgentId = (text: string): boolean => /^12D3KooW\w{40,}$/.test(text)

/** A name, or what an id ends with; nothing stays nothing. */
export function called(id: string | null, names: Names): string {
  if (id === null) return 'unknown'
  return names.get(id) ?? (isAgentId(id) ? tail(id) : id)
}
