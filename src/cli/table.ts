/** All commands by name. Each loads only when it runs: help must not wait for libp2p. */

import { PeerworkError } from '../protocol/errors.ts'
import type { Command, CommandTable } from './command.ts'
import { suggestion } from './did-you-mean.ts'

type Entry = readonly [summary: string, load: () => Promise<Command>]

const ENTRIES: Readonly<Record<string, Entry>> = {
  up: ['start an agent', async () => (await import('./commands/up.ts')).up],
  run: ['have a peer do a task', async () => (await import('./commands/run.ts')).run],
  peers: ['show who is there', async () => (await import('./commands/peers.ts')).peers],
  status: ['tell how the agent is', async () => (await import('./commands/status.ts')).status],
  doctor: ['find out what is wrong', async () => (await import('./commands/doctor.ts')).doctor],
  skills: ['show what is offered', async () => (await import('./commands/skills.ts')).skills],
  tasks: ['list recent tasks', async () => (await import('./commands/tasks.ts')).tasks],
  cancel: ['stop a task', async () => (await import('./commands/cancel.ts')).cancel],
  forget: ['drop told contents', async () => (await import('./commands/forget.ts')).forget],
  watch: ['follow live traces', async () => (await import('./commands/watch.ts')).watch],
  observe: ['keep all traces', async () => (await import('./commands/observe.ts')).observe],
  id: ['show who this agent is', async () => (await import('./commands/id.ts')).id],
  agents: [
    'list your agents on this machine',
    async () => (await import('./commands/agents.ts')).agents
  ],
  network: [
    'make a network of members, or leave it',
    async () => (await import('./commands/network.ts')).network
  ],
  invite: ['let others in', async () => (await import('./commands/invite.ts')).invite],
  join: ['join a network', async () => (await import('./commands/join.ts')).join],
  members: ['show who belongs', async () => (await import('./commands/members.ts')).members],
  revoke: ['put a member out', async () => (await import('./commands/revoke.ts')).revoke],
  config: [
    'check and explain the configuration file',
    async () => (await import('./commands/config.ts')).config
  ],
  service: [
    'run an agent as a service of systemd',
    async () => (await import('./commands/service.ts')).service
  ],
  new: ['write a first skill file', async () => (await import('./commands/new.ts')).create],
  completion: [
    'print shell completion',
    async () => (await import('./commands/completion.ts')).completion
  ],
  version: ['print the version', async () => (await import('./commands/version.ts')).version],
  help: ['explain a command', async () => (await import('./commands/help.ts')).help]
}

export const COMMANDS: CommandTable = {
  summaries: Object.fromEntries(Object.entries(ENTRIES).map(([name, [what]]) => [name, what])),
  async load(name) {
    const entry = Object.hasOwn(ENTRIES, name) ? ENTRIES[name] : undefined
    if (entry !== undefined) return entry[1]()
    const hint = suggestion(name, Object.keys(ENTRIES))
    throw new PeerworkError('BAD_OPTION', `there is no command "${name}".${hint}`)
  }
}
