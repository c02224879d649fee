/** Agents in the test's own process that live as long as the file's tests do. */

import type { Agent, AgentInit } from '../../src/index.ts'
import { createAgent } from '../../src/index.ts'

export class Company implements AsyncDisposable {
  readonly #agents: Agent[] = []

  /** An agent that listens on loopback and takes work from everybody, unless told otherwise. */
  async inside(init: AgentInit = {}): Promise<Agent> {
    const agent = await createAgent({ preset: 'loopback', open: true, ...init })
    this.#agents.push(agent)
    return agent
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop({ graceMs: 0 })))
  }
}
