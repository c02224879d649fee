/** A computer of a test network with its user: terminal commands and agents run there. */

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AgentInfo, Peer } from '../../src/node/api.ts'
import type { Host } from './netns.ts'

const PEERWORK = fileURLToPath(new URL('../../bin/peerwork.js', import.meta.url))

/** One computer with its user: the terminal commands of this file run there. */
export class Computer {
  readonly host: Host
  readonly home = mkdtempSync(join(tmpdir(), 'peerwork-host-'))
  up: ChildProcess | undefined

  constructor(host: Host) {
    this.host = host
  }

  /** Run a command to its end; answers with its JSON. */
  async peerwork(...args: string[]): Promise<Record<string, unknown>> {
    const words = [PEERWORK, ...args, '--home', this.home, '--json']
    return JSON.parse(await this.host.exec(process.execPath, words)) as Record<string, unknown>
  }

  /** A command that stays: its JSON lines, one after the other. */
  stay(...args: string[]): { child: ChildProcess; next(type: string): Promise<unknown> } {
    const words = [PEERWORK, ...args, '--home', this.home, '--json']
    const child = this.host.spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
    return {
      child,
      async next(type) {
        let last = 'a word'
        for (;;) {
          const { done, value } = await lines.next()
          if (done === true) throw new Error(`ended without ${type}, after ${last}`)
          last = value
          const line = JSON.parse(value) as { type: string }
          if (line.type === type) return line
        }
      }
    }
  }

  /** Start its agent, and answer with what that says of itself. */
  async start(...args: string[]): Promise<AgentInfo> {
    const agent = this.stay('up', ...args)
    this.up = agent.child
    const { agent: info } = (await agent.next('started')) as { agent: AgentInfo }
    this.up.stdout?.resume()
    return info
  }

  async peers(): Promise<readonly Peer[]> {
    return (await this.peerwork('peers'))['peers'] as Peer[]
  }

  /** Pull the plug: no word to anybody. */
  async kill(): Promise<void> {
    if (this.up === undefined) return
    const gone = once(this.up, 'exit')
    this.up.kill('SIGKILL')
    await gone
  }

  async peerNames(): Promise<string[]> {
    return (await this.peers()).map(({ name }) => name)
  }

  async shutDown(): Promise<void> {
    if (this.up !== undefined && this.up.exitCode === null && this.up.signalCode === null) {
      this.up.kill('SIGINT')
      await once(this.up, 'exit')
    }
    rmSync(this.home, { recursive: true, force: true })
  }
}
