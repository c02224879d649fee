/** The agent a command talks to: the running one of its home, or a short-lived one of its own. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentApi, AgentInfo, AgentInit } from '../node/api.ts'
import { homeFor } from '../node/home.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { emptyValues } from './arguments.ts'
import { COMMON } from './command.ts'
import type { Context, NETWORKING, Values } from './command.ts'
import { settle } from './config/settings.ts'
import { connectControl } from './control-client.ts'
import type { Running } from './control-client.ts'
import { untilInterrupted } from './interrupts.ts'
import { UP_OPTIONS } from './up-options.ts'
import type { UpValues } from './up-options.ts'

/** How long to wait for another short-lived agent to leave the home, ms. */
const HOME_WAIT_MS = 10_000
/** How often to look whether it has, ms. */
const HOME_RETRY_MS = 100

export interface Session extends AsyncDisposable {
  readonly agent: AgentApi
  readonly info: AgentInfo
  /** The running agent; absent when one was started for this command, and stops with it. */
  readonly running?: Running
}

type Common = Values<typeof COMMON>
type Networking = Values<typeof NETWORKING>

/** What reading options needs of the world. */
type World = Pick<Context, 'env' | 'cwd'>

export function homeOf(values: Pick<Common, 'home' | 'name'>, context: World): string {
  const { home, name } = values
  const choice = { ...(home !== undefined && { home }), ...(name !== undefined && { name }) }
  return homeFor(choice, context.env)
}

/** The running agent of the home. @throws PeerworkError `NOT_RUNNING` */
export async function runningAgent(
  values: Pick<Common, 'home' | 'name'>,
  context: Context
): Promise<Session> {
  const home = homeOf(values, context)
  const running = await connectControl(home)
  if (running !== undefined) return attached(running)
  throw new PeerworkError('NOT_RUNNING', `no agent runs with the home ${home}`, { home })
}

/**
 * The running agent of the home, or one started here with the home's key.
 *
 * @param how whether other commands may reach the short-lived agent while it lives, and whether to
 *   say nothing of where it looks for peers
 * @throws PeerworkError what the agent's start failed with
 */
export async function anyAgent(
  values: Common & Networking,
  context: Context,
  { serve = false, quiet = false }: { serve?: boolean; quiet?: boolean } = {}
): Promise<Session> {
  const home = homeOf(values, context)
  for (let waited = 0; ; waited += HOME_RETRY_MS) {
    const running = await connectControl(home)
    if (running !== undefined) return attached(running)
    try {
      const settled = withConfig({ ...values, home }, context)
      const init = { ...initOf(settled, context), home, control: serve }
      return await startAgent(init, context, quiet)
    } catch (error) {
      const busy = error instanceof PeerworkError && error.code === 'HOME_IN_USE'
      if (!busy || waited >= HOME_WAIT_MS) throw error
    }
    if (waited === 0) context.err.line(dim(context, 'waiting for another peerwork command …'))
    await untilInterrupted(sleep(HOME_RETRY_MS), context.interrupts)
  }
}

/** A short-lived agent finds its peers as the one of `peerwork up` in this home would. */
export function withConfig(values: Common & Networking, context: World): Common & Networking {
  const given = Object.entries(values).filter(([, value]) => {
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
  })
  const named = new Set(given.map(([name]) => name))
  const all = { ...emptyValues({ ...UP_OPTIONS, ...COMMON }), ...values }
  const line = { values: all as unknown as UpValues, named }
  return settle(UP_OPTIONS, line, context).values
}

async function startAgent(init: AgentInit, context: Context, quiet: boolean): Promise<Session> {
  const { createAgent } = await import('../node/agent.ts')
  const agent = await untilInterrupted(createAgent(init), context.interrupts)
  const text = `no agent is running here; looking for peers ${ways(init)} …`
  if (!quiet) context.err.line(dim(context, text))
  return {
    agent,
    info: await agent.info(),
    [Symbol.asyncDispose]: () => agent.stop({ graceMs: 0 })
  }
}

/** What the networking options say to an agent. */
export function initOf(values: Common & Networking, context: World): AgentInit {
  const passphrase = passphraseOf(values, context)
  return {
    ...(values.name !== undefined && { name: values.name }),
    ...(values.network !== undefined && { network: values.network }),
    ...(values.preset !== undefined && { preset: values.preset as 'lan' }),
    ...(values.listen.length > 0 && { listen: values.listen }),
    ...(values.bootstrap.length > 0 && { bootstrap: values.bootstrap }),
    ...(values['relay-via'].length > 0 && { relayVia: values['relay-via'] }),
    ...(values['network-key'] !== undefined && {
      networkKey: resolve(context.cwd, values['network-key'])
    }),
    ...(values.dht && { dht: true }),
    ...(values.mdns && { mdns: true }),
    ...(values['no-mdns'] && { mdns: false }),
    ...(passphrase !== undefined && { passphrase })
  }
}

/** The passphrase, when an option names its file. @throws PeerworkError `BAD_OPTION` */
export function passphraseOf(
  values: Pick<Networking, 'passphrase-file'>,
  context: World
): string | undefined {
  const file = values['passphrase-file']
  if (file === undefined) return undefined
  const path = resolve(context.cwd, file)
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const why = (error as Error).message
    throw new PeerworkError('BAD_OPTION', `cannot read the passphrase: ${why}`, { path }, error)
  }
}

function ways(init: AgentInit): string {
  const mdns = init.mdns ?? (init.preset ?? 'lan') === 'lan'
  const count = init.bootstrap?.length ?? 0
  const names = [
    ...(mdns ? ['on the local network'] : []),
    ...(count > 0 ? [`through ${count} bootstrap address${count > 1 ? 'es' : ''}`] : [])
  ]
  return names.length === 0 ? 'that dial in' : names.join(' and ')
}

const dim = (context: Context, text: string): string => context.err.paint('dim', text)

function attached(running: Running): Session {
  const { agent, info } = running
  return { agent, info, running, [Symbol.asyncDispose]: () => Promise.resolve() }
}
