/** `AgentInit` in, complete options inside: every default and every check in one place. */

import { availableParallelism } from 'node:os'
import { CERTIFICATE_LIFE_MS_MAX, NETWORK_NAME } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { isAgentId } from '../protocol/identity.ts'
import type { Isolation } from '../protocol/message/result.ts'
import { isAgentName } from '../protocol/text.ts'
import type { SkillSource } from '../tasks/work.ts'
import { checkListen, parseAddress } from './addresses.ts'
import type { AgentInit } from './api.ts'
import type { ContentsOptions } from './content/contents.ts'
import { readRules } from './content/rules-file.ts'
import { toMs } from './duration.ts'
import { toLogLevels } from './log-levels.ts'
import { PRESETS } from './presets.ts'
import type { Preset } from './presets.ts'
import { toQuotas } from './quota.ts'
import type { QuotaOptions } from './quota.ts'

const NETWORK = 'home'
/** Where a peer through which others join is expected: they write its address down. */
const SERVER_LISTEN = ['/ip4/0.0.0.0/tcp/4001']
/**
 * Tasks of one peer that may wait for a runner, count: some seconds of work; more would only wait
 * to expire.
 */
const QUEUE = 64
const QUEUE_MAX = 10_000
const CAPACITY_MAX = 1_024
const PORT_MAX = 65_535

export interface AgentOptions {
  readonly name: string | undefined
  readonly home: string | undefined
  readonly network: string
  /** What the user said it is; `network` has a default. */
  readonly networkGiven: string | undefined
  /** An agent of the same user as one that is a member, without a home of its own. */
  readonly guestOf: AgentInit['guestOf']
  /** Life of certificates that this agent signs as an admin, ms. */
  readonly certificateLifeMs: number | undefined
  readonly preset: Preset
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
  readonly mdns: boolean
  /** Serve as a relay. */
  readonly relay: boolean
  readonly relayVia: readonly string[]
  readonly networkKey: string | undefined
  /** Undefined: when the network is large. */
  readonly dht: boolean | undefined
  readonly skills: readonly SkillSource[]
  readonly allow: readonly string[]
  readonly allowFile: string | undefined
  readonly open: boolean
  readonly minIsolation: Isolation | undefined
  readonly capacity: number
  readonly queue: number
  readonly quotas: QuotaOptions
  readonly passphrase: string | undefined
  readonly control: boolean
  /** As `toLogLevels` reads it. */
  readonly logLevel: string
  /** Port of 127.0.0.1 for `/healthz` and `/metrics`; 0 for any. */
  readonly metrics: number | undefined
  /** Undefined: contents are not told. */
  readonly traceContent: Omit<ContentsOptions, 'random'> | undefined
}

/** What `AGENT_NAME` and `NETWORK_NAME` allow, in words. */
const NO_NAME =
  'is no agent name: letters, digits, spaces and . _ -, at most 63, a letter or digit first'
const NO_NETWORK =
  'is no network name: lower-case letters, digits, and . - between them, at most 64'

/** @throws PeerworkError `BAD_OPTION` or `BAD_ADDRESS`, naming the option */
export function toOptions(init: AgentInit): AgentOptions {
  const { name, home, network = NETWORK, bootstrap = [], relayVia = [], allow = [] } = init
  const preset = PRESETS[init.preset ?? (init.bootstrapServer === true ? 'internet' : 'lan')]
  if (preset === undefined) throw bad(`preset: "${init.preset}" is none of loopback, lan, internet`)
  if (name !== undefined && !isAgentName(name)) throw bad(`name: "${name}" ${NO_NAME}`)
  if (!NETWORK_NAME.test(network)) throw bad(`network: "${network}" ${NO_NETWORK}`)
  for (const address of [...bootstrap, ...relayVia]) parseAddress(address)
  for (const address of init.listen ?? []) checkListen(address)
  for (const peer of allow) if (!isAgentId(peer)) throw bad(`allow: "${peer}" is no peer id`)
  return {
    ...{ name, home, network, preset, bootstrap, relayVia, allow },
    networkGiven: init.network,
    guestOf: init.guestOf,
    certificateLifeMs: certificateLife(init.certificateLife),
    relay: init.relay ?? false,
    networkKey: init.networkKey,
    dht: init.dht,
    listen: init.listen ?? (init.bootstrapServer === true ? SERVER_LISTEN : preset.listen),
    mdns: init.mdns ?? preset.mdns,
    skills: toSources(init.skills ?? []),
    allowFile: init.allowFile,
    open: init.open ?? false,
    minIsolation: init.minIsolation,
    capacity: whole('capacity', init.capacity ?? availableParallelism(), CAPACITY_MAX),
    queue: whole('queue', init.queue ?? QUEUE, QUEUE_MAX, 0),
    quotas: toQuotas(init.quotas ?? {}, preset.quota),
    passphrase: init.passphrase,
    control: init.control ?? home !== undefined,
    logLevel: readable(init.logLevel ?? 'silent'),
    metrics: init.metrics === undefined ? undefined : whole('metrics', init.metrics, PORT_MAX, 0),
    traceContent: init.traceContent && toTraceContent(init.traceContent)
  }
}

function toTraceContent({ observers, rules }: NonNullable<AgentInit['traceContent']>) {
  if (observers.length === 0) throw bad('traceContent: name at least one observer')
  for (const peer of observers) {
    if (!isAgentId(peer)) throw bad(`traceContent: "${peer}" is no peer id`)
  }
  return { observers, rules: rules === undefined ? undefined : readRules(rules) }
}

export function toSources(skills: NonNullable<AgentInit['skills']>): readonly SkillSource[] {
  return skills.map((skill) => (typeof skill === 'string' ? { file: skill } : skill))
}

function certificateLife(life: AgentInit['certificateLife']): number | undefined {
  return life === undefined ? undefined : toMs(life, 'certificateLife', CERTIFICATE_LIFE_MS_MAX)
}

/** @throws PeerworkError `BAD_OPTION` */
function readable(levels: string): string {
  toLogLevels(levels)
  return levels
}

function whole(what: string, value: number, max: number, min = 1): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw bad(`${what}: ${value} is no whole number from ${min} to ${max}`)
}

const bad = (message: string): PeerworkError => new PeerworkError('BAD_OPTION', message)
