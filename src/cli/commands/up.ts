/** `peerwork up`: start an agent and stay in the foreground until it is told to stop. */

import type { Agent } from '../../node/api.ts'
import { PRESETS } from '../../node/presets.ts'
import type { PresetName } from '../../node/presets.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import { settle } from '../config/settings.ts'
import { untilInterrupted } from '../interrupts.ts'
import { showStart } from '../start-screen.ts'
import { tellEvents } from '../up-events.ts'
import { upInit } from '../up-init.ts'
import { UP_OPTIONS } from '../up-options.ts'
import type { UpValues } from '../up-options.ts'

export const up = defineCommand({
  name: 'up',
  summary: 'start an agent, and stay until Ctrl-C',
  about: [
    'Nobody may submit tasks until you say who: --allow, --allow-file or --open. Skills run in a ' +
      'sandbox. Ctrl-C lets running tasks finish (5 s at most); a second one ends at once.',
    'The file for --skill-config names each skill by its file or base name: {"chat": {"config": ' +
      '{"model": "llama3.2"}, "secrets": {"apiKey": {"env": "OPENAI_API_KEY"}}}}.'
  ],
  options: UP_OPTIONS,
  json:
    'One object a line on stdout: {"type":"started","agent":{…}}, then joined, ' +
    'changed, left (peer), trace (the fields of peerwork watch), at last ' +
    '{"type":"stopped"}.',
  examples: [
    ['peerwork up --name alice --skill ./shout.ts --open', 'offer a skill to everybody'],
    [
      'peerwork up --name bob --bootstrap /ip4/192.168.1.20/tcp/4001/p2p/12D3KooW…',
      'join through a known peer'
    ],
    ['peerwork up --skill ./chat.ts --skill-config ./skills.json --allow 12D3KooW…', 'for one peer']
  ],
  async run(given, context) {
    const { values } = settle(UP_OPTIONS, given, context)
    const { createAgent } = await import('../../node/agent.ts')
    const starting = createAgent(upInit(values, context))
    const agent = await untilInterrupted(starting, context.interrupts)
    try {
      await announce(agent, values, context)
      await tellEvents(agent, context, values.json)
    } finally {
      await stop(agent, context, values.json)
    }
  }
})

async function announce(agent: Agent, values: UpValues, { out, err }: Context): Promise<void> {
  const info = await agent.info()
  if (values.json) return out.json({ type: 'started', agent: info })
  const preset = PRESETS[(values.preset ?? 'lan') as PresetName]
  showStart(
    {
      info,
      allowed: values.allow.length,
      allowFile: values['allow-file'],
      mdns: (values.mdns || preset.mdns) && !values['no-mdns']
    },
    err
  )
}

async function stop(agent: Agent, { out, err }: Context, json: boolean): Promise<void> {
  if (!json) {
    const { running, queued } = (await agent.info()).load
    const open = running + queued
    const tasks = open === 1 ? 'one task finishes' : `${open} tasks finish`
    const rest = open > 0 ? ` when ${tasks}, in 5 s at most; Ctrl-C again ends at once` : ''
    err.line(err.paint('dim', `stopping${rest} …`))
  }
  await agent.stop()
  if (json) out.json({ type: 'stopped' })
  else err.line(err.paint('dim', 'stopped'))
}
