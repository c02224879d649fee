/** `peerwork tasks`: what this agent asked for and did lately. */

import type { TaskSummary } from '../../node/api.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import type { Style } from '../colour.ts'
import { hueOf } from '../colour.ts'
import { columns } from '../columns.ts'
import { formatDuration } from '../units.ts'
import { Names, shortTask } from '../names.ts'
import { plainLabel } from '../plain-text.ts'
import { runningAgent } from '../session.ts'
import { clockTime } from '../trace-line.ts'

const STYLES: Readonly<Record<TaskSummary['state'], Style>> = {
  submitted: 'cyan',
  accepted: 'cyan',
  working: 'cyan',
  completed: 'green',
  failed: 'red',
  rejected: 'red',
  canceled: 'yellow'
}

export const tasks = defineCommand({
  name: 'tasks',
  summary: 'list recent tasks of the running agent',
  options: {},
  json:
    'One object {"tasks": […]} with id, skill, side (requester, executor), peer, ' +
    'state, code, trace, started (ms), wallMs.',
  examples: [
    ['peerwork tasks', 'asked for and done lately'],
    [`peerwork tasks --json | jq '.tasks[] | select(.state=="failed")'`, 'only what failed']
  ],
  async run({ values }, context) {
    await using session = await runningAgent(values, context)
    const found = await session.agent.tasks()
    if (values.json) return context.out.json({ tasks: found })
    if (found.length === 0) return context.err.line('No tasks yet.')
    const names = new Names()
    for (const peer of await session.agent.peers()) names.add(peer.id, peer.name)
    show(found, names, context)
  }
})

function show(found: readonly TaskSummary[], names: Names, { out }: Context): void {
  const { paint } = out
  const head = ['TASK', 'STARTED', 'SKILL', 'WITH', 'STATE', 'TIME']
  const rows = found.map((task) => [
    paint(hueOf(task.id), shortTask(task.id)),
    clockTime(task.started),
    plainLabel(task.skill, 64),
    peerOf(task, names),
    paint(STYLES[task.state], task.state) + (task.code === null ? '' : ` ${task.code}`),
    task.wallMs === null ? '' : formatDuration(task.wallMs)
  ])
  for (const line of columns([head.map((text) => paint('dim', text)), ...rows])) out.line(line)
}

function peerOf({ side, peer }: TaskSummary, names: Names): string {
  if (peer === null) return 'no peer yet'
  return side === 'requester' ? `by ${names.of(peer)}` : `for ${names.of(peer)}`
}
