/** `peerwork skills`: what is offered, and by whom. */

import { setTimeout as sleep } from 'node:timers/promises'
import { PeerworkError } from '../../protocol/errors.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import { untilInterrupted } from '../interrupts.ts'
import type { Context } from '../command.ts'
import { columns, wrap } from '../columns.ts'
import { toMs } from '../../node/duration.ts'
import { shortId } from '../names.ts'
import { offersOf } from '../offers.ts'
import type { Offered } from '../offers.ts'
import { plainJson, plainLabel } from '../plain-text.ts'
import { anyAgent } from '../session.ts'
import { nobody } from './peers.ts'

const WAIT = '3s'

export const skills = defineCommand({
  name: 'skills',
  summary: 'show what is offered, and by whom',
  about: [
    'Lists the skills of this agent and of every peer in reach. Without a running agent, a ' +
      'short-lived one looks around for three seconds (--wait).'
  ],
  words: [{ name: 'skill', about: 'only this one', optional: true }],
  options: {
    schema: { type: 'boolean', about: 'also print the input and output schemas' },
    wait: { type: 'string', value: '<time>', about: `how long to look around; ${WAIT} by default` },
    ...NETWORKING
  },
  json:
    'One object {"skills": […]}, one entry for each skill and agent: name, ' +
    'description, by {id, name, self}, input, output (JSON Schema), tags, models.',
  examples: [
    ['peerwork skills', 'everything in reach'],
    ['peerwork skills analyse-text --schema', 'what it takes and gives'],
    [`peerwork skills --json | jq '.skills[].input'`, 'schemas for a script']
  ],
  async run({ values, words }, context) {
    const waitMs = toMs(values.wait ?? WAIT, '--wait')
    await using session = await anyAgent(values, context)
    if (session.running === undefined) await untilInterrupted(sleep(waitMs), context.interrupts)
    const all = await offersOf(session.agent)
    if (session.running === undefined && (await session.agent.peers()).length === 0)
      throw await nobody(waitMs, session)
    const [only] = words
    const found = only === undefined ? all : all.filter(({ skill }) => skill.name === only)
    if (only !== undefined && found.length === 0) {
      const message = `no agent in reach offers "${only}"`
      throw new PeerworkError('NO_PEER_WITH_SKILL', message, { skill: only })
    }
    if (values.json) context.out.json({ skills: found.map(({ skill, by }) => ({ ...skill, by })) })
    else show(found, context, values.schema)
  }
})

function show(found: readonly Offered[], { out, err }: Context, schema: boolean): void {
  if (found.length === 0) {
    err.line('Nothing is offered yet. Offer something: peerwork new skill shout')
    return
  }
  for (const [name, offers] of Map.groupBy(found, ({ skill }) => skill.name)) {
    const by = offers.map(({ by }) => {
      const who = plainLabel(by.name, 32) || shortId(by.id)
      return by.self ? `${who} (this agent)` : who
    })
    const title = out.paint(['bold', 'cyan'], plainLabel(name, 64))
    out.line(`${title}  ${out.paint('dim', `by ${by.join(', ')}`)}`)
    const [first] = offers
    if (first !== undefined) showSkill(first, out, schema)
  }
}

function showSkill({ skill }: Offered, out: Context['out'], schema: boolean): void {
  const text = plainLabel(skill.description, 1000)
  for (const line of wrap(text, Math.min(out.columns, 100) - 2)) out.line(`  ${line}`)
  const facts = [
    ...(skill.models.length > 0 ? [['models', skill.models.join(', ')]] : []),
    ...(skill.tags.length > 0 ? [['tags', skill.tags.join(', ')]] : [])
  ]
  const rows = facts.map(([label = '', value = '']) => [`  ${label}`, plainLabel(value)])
  for (const line of columns(rows)) out.line(out.paint('dim', line))
  if (!schema) return
  for (const part of ['input', 'output'] as const) {
    out.line(`  ${out.paint('dim', part)}`)
    out.line(plainJson(skill[part], 2).replaceAll(/^/gm, '    '))
  }
}
