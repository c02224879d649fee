/** `AgentInit` in, complete options inside: every default and every check in one place. */

import { availableParallelism } from 'node:os'
import { AGENT_NAME, NETWORK_NAME } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { isAgentId } from '../protocol/identity.ts'
import type { Isolation } from '../protocol/message/result.ts'
import type { SkillSource } from '../tasks/work.ts'
import { parseAddress } from './addresses.ts'
import type { AgentInit } from './api.ts'
import { PRESETS } from './presets.ts'
import type { Preset } from './presets.ts'

const NETWORK = 'home'
/**
 * Tasks that may wait for a runner, count: some seconds of work; more would only wait to expire.
 */
const QUEUE = 64
const QUEUE_MAX = 10_000
const CAPACITY_MAX = 1_024

export interface AgentOptions {
  readonly name: string | undefined
  readonly home: string | undefined
  readonly network: string
  readonly preset: Preset
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
  readonly mdns: boolean
  readonly skills: readonly SkillSource[]
  readonly allow: readonly string[]
  readonly allowFile: string | undefined
  readonly open: boolean
  readonly minIsolation: Isolation | undefined
  readonly capacity: number
  readonly queue: number
  readonly passphrase: string | undefined
  readonly control: boolean
  readonly logLevel: NonNullable<AgentInit['logLevel']>
}

/** @throws PeerworkError `BAD_OPTION` or `BAD_ADDRESS`, naming the option */
export function toOptions(init: AgentInit): AgentOptions {
  const { name, home, network = NETWORK, bootstrap = [], allow = [] } = init
  const preset = PRESETS[init.preset ?? 'lan']
  if (preset === undefined) throw bad(`preset: "${init.preset}" is none of loopback, lan, internet`)
  if (name !== undefined && !AGENT_NAME.test(name)) throw bad(`name: "${name}" is no agent name`)
  if (!NETWORK_NAME.test(network)) throw bad(`network: "${network}" is no network name`)
  for (const address of bootstrap) parseAddress(address)
  for (const peer of allow) if (!isAgentId(peer)) throw bad(`allow: "${peer}" is no peer id`)
  return {
    ...{ name, home, network, preset, bootstrap, allow },
    listen: init.listen ?? preset.listen,
    mdns: init.mdns ?? preset.mdns,
    skills: (init.skills ?? []).map((skill) => {
      return typeof skill === 'string' ? { file: skill } : skill
    }),
    allowFile: init.allowFile,
    open: init.open ?? false,
    minIsolation: init.minIsolation,
    capacity: whole('capacity', init.capacity ?? availableParallelism(), CAPACITY_MAX),
    queue: whole('queue', init.queue ?? QUEUE, QUEUE_MAX, 0),
    passphrase: init.passphrase,
    control: init.control ?? home !== undefined,
    logLevel: init.logLevel ?? 'silent'
  }
}

function whole(what: string, value: number, max: number, min = 1): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw bad(`${what}: ${value} is no whole number from ${min} to ${max}`)
}

const bad = (message: string): PeerworkError => new PeerworkError('BAD_OPTION', message)
