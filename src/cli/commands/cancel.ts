/** `peerwork cancel`: stop a task that the running agent asked for. */

import type { AgentApi } from '../../node/api.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { defineCommand } from '../command.ts'
import { shortTask } from '../names.ts'
import { runningAgent } from '../session.ts'

const WHOLE_ID = /^[0-9a-f]{32}$/

export const cancel = defineCommand({
  name: 'cancel',
  summary: 'stop a task that the running agent asked for',
  about: [
    'The agent asks the executor to stop. Work for others is theirs to cancel; to stop it here, ' +
      'stop the agent.'
  ],
  words: [{ name: 'task', about: 'the id of a task, or its beginning; see peerwork tasks' }],
  options: {
    reason: { type: 'string', value: '<text>', about: 'told to the other side' }
  },
  json: 'One object: {"canceled": "<task id>"}.',
  examples: [
    ['peerwork cancel 3f2a9c1b', 'the beginning of an id is enough'],
    ['peerwork cancel 3f2a9c1b --reason "wrong file"', 'and say why']
  ],
  async run({ values, words }, context) {
    await using session = await runningAgent(values, context)
    const task = await wholeId(words[0] ?? '', session.agent)
    await session.agent.cancel(task, values.reason ?? 'canceled by the operator')
    if (values.json) context.out.json({ canceled: task })
    else context.err.line(`${context.err.paint('green', '✔')} task ${shortTask(task)} is canceled`)
  }
})

async function wholeId(given: string, agent: AgentApi): Promise<string> {
  const fits = (await agent.tasks()).filter(({ id }) => given !== '' && id.startsWith(given))
  const matching = new Set(fits.filter(({ side }) => side === 'requester').map(({ id }) => id))
  const [task] = matching
  if (task === undefined) {
    if (fits.length > 0) {
      const message = `${shortTask(given)} is another agent's task; only that one can cancel it`
      throw new PeerworkError('TASK_UNKNOWN', message, { task: given })
    }
    // The list has the newest tasks alone: the agent knows whether it is one of its own.
    if (WHOLE_ID.test(given)) return given
    const message = `no open task begins with "${given}"`
    throw new PeerworkError('TASK_UNKNOWN', message, { task: given })
  }
  if (matching.size > 1) {
    const message = `${matching.size} tasks begin with "${given}"; write more of the id`
    throw new PeerworkError('BAD_OPTION', message, { task: given })
  }
  return task
}
