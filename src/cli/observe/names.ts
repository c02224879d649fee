/** Names of producers as their own cards tell them, for spans to carry. */

import type { AgentApi } from '../../node/api.ts'

/** Names kept, count: several times the agents that one can be connected to. */
const NAMES_MAX = 4_096

export class PeerNames {
  readonly #names = new Map<string, string>()

  add(id: string, name: string): void {
    this.#names.delete(id)
    this.#names.set(id, name)
    const [oldest] = this.#names.keys()
    if (this.#names.size > NAMES_MAX && oldest !== undefined) this.#names.delete(oldest)
  }

  of(id: string): string | undefined {
    return this.#names.get(id)
  }

  /** Learn of everybody who comes, until the signal. */
  async follow(agent: Pick<AgentApi, 'watchPeers'>, signal: AbortSignal): Promise<void> {
    for await (const { peer } of agent.watchPeers(signal)) this.add(peer.id, peer.name)
  }
}
