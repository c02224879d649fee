/** `peerwork up`: start an agent and stay in the foreground until it is told to stop. */

import type { Agent } from '../../node/api.ts'
import { systemClock } from '../../node/clock.ts'
import { PRESETS } from '../../node/presets.ts'
import type { PresetName } from '../../node/presets.ts'
import { LOAD_MS_MAX } from '../../tasks/limits.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import { settle } from '../config/settings.ts'
import { drain } from '../drain.ts'
import { noteHome } from '../homes.ts'
import { untilInterrupted } from '../interrupts.ts'
import { Reloader } from '../reload.ts'
import { Notifier } from '../service/notify.ts'
import { showStart } from '../start-screen.ts'
import { tellEvents } from '../up-events.ts'
import { drainMsOf, upInit } from '../up-init.ts'
import { UP_OPTIONS } from '../up-options.ts'
import type { UpValues } from '../up-options.ts'

/** A start without a word looks like a fault, ms. */
const SLOW_START_MS = 3_000
const STILL_STARTING = `still starting … a skill may take ${LOAD_MS_MAX / 1000} s to load`

export const up = defineCommand({
  name: 'up',
  summary: 'start an agent, and stay until Ctrl-C',
  about: [
    'Nobody may submit tasks until you say who: --allow, --allow-file or --open; in ' +
      'a network of members (peerwork network) their roles say it. Skills run in a sandbox. ' +
      'Ctrl-C lets running tasks finish, 5 s at most unless --drain says otherwise; a second one ' +
      'ends at once.',
    'The file for --skill-config names each skill by its file or base name: {"chat": {"config": ' +
      '{"model": "llama3.2"}, "secrets": {"apiKey": {"env": "OPENAI_API_KEY"}}}}.'
  ],
  options: UP_OPTIONS,
  json:
    'One object a line on stdout: {"type":"started","agent":{…}}, then joined, changed, left ' +
    '(peer), refused (peer: id, name), trace (the fields of peerwork watch), at last ' +
    '{"type":"stopping","tasks","leftMs"} whenever fewer are left, and {"type":"stopped"}.',
  examples: [
    ['peerwork up --name alice --skill ./shout.ts --open', 'offer a skill to everybody'],
    [
      'peerwork up --name bob --bootstrap /ip4/192.168.1.20/tcp/4001/p2p/12D3KooW…',
      'join through a known peer'
    ],
    ['peerwork up --skill ./chat.ts --skill-config ./skills.json --allow 12D3KooW…', 'for one peer']
  ],
  async run(given, context) {
    const settings = settle(UP_OPTIONS, given, context)
    const { values } = settings
    drainMsOf(values)
    const notifier = new Notifier(context.env)
    const { elapsed } = systemClock
    const { createAgent } = await import('../../node/agent.ts')
    const starting = createAgent(upInit(values, context))
    const slow = setTimeout(() => context.err.line(STILL_STARTING), SLOW_START_MS)
    const agent = await untilInterrupted(starting, context.interrupts).finally(() => {
      clearTimeout(slow)
    })
    noteHome(settings.home, context.env)
    const reloader = new Reloader({ agent, settings, given, context, notifier })
    try {
      await announce(agent, values, given.values, context)
      void notifier.ready(`${agent.name} is up`).then((why) => {
        if (why !== undefined) context.err.line(`systemd was not told: ${why}`)
      })
      await tellEvents(agent, context, values.json)
    } finally {
      reloader[Symbol.dispose]()
      await drain(agent, context, {
        graceMs: reloader.drainMs,
        json: values.json,
        notifier,
        elapsed
      })
    }
  }
})

async function announce(
  agent: Agent,
  values: UpValues,
  choice: Pick<UpValues, 'home' | 'name'>,
  { out, err }: Context
): Promise<void> {
  const info = await agent.info()
  if (values.json) return out.json({ type: 'started', agent: info })
  const usual = values['bootstrap-server'] ? 'internet' : 'lan'
  const preset = PRESETS[(values.preset ?? usual) as PresetName]
  showStart(
    {
      info,
      choice,
      allowed: values.allow.length,
      allowFile: values['allow-file'],
      mdns: (values.mdns || preset.mdns) && !values['no-mdns']
    },
    err
  )
}
