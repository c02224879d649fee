/** `peerwork observe`: the store, the door, the agent that listens; until it is told to stop. */

import type { Agent, AgentInfo } from '../../node/api.ts'
import { systemClock } from '../../node/clock.ts'
import { remember } from '../../node/home.ts'
import { toLogLevels } from '../../node/log-levels.ts'
import { createLogs } from '../../node/logger.ts'
import type { Logger } from '../../node/logger.ts'
import { Audit } from '../../gateway/access/audit.ts'
import { openAccess } from '../../gateway/access/database.ts'
import { openObserverDoor } from '../../gateway/observer-door.ts'
import type { ObserverDoor } from '../../gateway/observer-door.ts'
import { exportTarget } from '../../observer/export/target.ts'
import { contentRoutes } from '../../gateway/routes/contents.ts'
import type { Contents } from '../../observer/contents.ts'
import { openHousekeeping } from '../../observer/housekeeping.ts'
import { keepOf } from '../../observer/retention.ts'
import { openContents } from '../../observer/open-contents.ts'
import { openObserver } from '../../observer/observer.ts'
import type { Observer } from '../../observer/observer.ts'
import type { Context } from '../command.ts'
import { noteHome } from '../homes.ts'
import { untilInterrupted } from '../interrupts.ts'
import { Notifier } from '../service/notify.ts'
import { homeOf, initOf, withConfig } from '../session.ts'
import { PUBLIC_URL_FILE, URL_FILE } from './data.ts'
import { PeerNames } from './names.ts'
import { dataOf, hostOf, portOf, publicUrlOf, storeOf } from './options.ts'
import type { ObserveValues } from './options.ts'
import { explained } from './refused.ts'
import { showObserver } from './screen.ts'
import { Tally } from './tally.ts'

/** How long systemd shall wait for the end, ms: answers on their way, the store, goodbyes. */
const STOP_MS_MAX = 10_000

interface Running {
  readonly dir: string
  readonly observer: Observer
  readonly door: ObserverDoor
  readonly info: AgentInfo | undefined
}

/**
 * @param choice as typed, for command lines to copy
 * @throws PeerworkError `BAD_OPTION`, `HOME_IN_USE`, `HOME_UNSAFE`, `STORE_FAILED`, `STORE_FULL`,
 *   or what the start of its agent failed with
 */
export async function serve(
  choice: ObserveValues,
  values: ObserveValues,
  context: Context
): Promise<void> {
  const { err, out, interrupts, env } = context
  const place = { host: hostOf(values), port: portOf(values), dir: dataOf(values, context) }
  const notifier = new Notifier(context.env)
  await using stack = new AsyncDisposableStack()
  const running = await start(values, context, stack).catch((thrown: unknown) => {
    throw explained(thrown, place)
  })
  const { dir, door, observer, info } = running
  const signIn = door.everSignedIn() ? undefined : door.signInLink()
  const npx = env['npm_command'] === 'exec'
  const facts = { url: door.url, dir, signIn, agent: info, choice, npx }
  if (choice.json) out.json({ type: 'started', url: door.url, data: dir, ...told(signIn, info) })
  else showObserver({ ...facts, ownPrices: observer.prices.entries.length }, err)
  const tally = new Tally({ store: observer.store, self: info?.id, err, tty: !choice.json })
  void notifier.ready(`observing at ${door.url}`)
  const ended = Promise.withResolvers<void>()
  if (interrupts.signal.aborted) ended.resolve()
  interrupts.signal.addEventListener('abort', () => ended.resolve(), { once: true })
  await ended.promise
  void notifier.stopping('stopping', STOP_MS_MAX)
  tally[Symbol.dispose]()
  if (choice.json) return stack.disposeAsync().then(() => out.json({ type: 'stopped' }))
  err.line(err.paint('dim', 'stopping …'))
  const kept = await tally.text().catch(() => 'the traces')
  await stack.disposeAsync()
  err.line(err.paint('dim', `stopped; in ${dir}: ${kept}`))
}

const told = (signIn: string | undefined, agent: AgentInfo | undefined) => ({
  signIn: signIn ?? null,
  agent: agent ?? null
})

/** What is opened is on the stack, so that whatever fails later closes it again. */
async function start(
  values: ObserveValues,
  context: Context,
  stack: AsyncDisposableStack
): Promise<Running> {
  const [host, port, dir] = [hostOf(values), portOf(values), dataOf(values, context)]
  const [postgres, publicUrl] = [storeOf(values, context), publicUrlOf(values)]
  const keep = keepOf(values)
  const target = exportTarget(values, context.cwd)
  const levels = toLogLevels(values['log-level'] ?? 'warn')
  const log = createLogs(levels, values.name ?? 'observer')('node')
  const observer = stack.use(
    await openObserver({
      ...{ dir, clock: systemClock },
      ...(postgres === undefined ? {} : { postgres })
    })
  )
  const { store, intake } = observer
  const access = stack.adopt(openAccess(dir), (db) => db.close())
  const housekeeping = stack.use(
    await openHousekeeping({
      ...{ dir, store, intake, clock: systemClock, log, keep, target },
      alertHosts: values['alert-host']
    })
  )
  const contents = openContents(dir, systemClock)
  const audit = new Audit(access, systemClock.now)
  let agent: Agent | undefined
  const door = stack.use(
    await openObserverDoor({
      ...{ store, intake, access, clock: systemClock, host, port, log },
      ...housekeeping,
      ...{ names: values['allow-host'], more: contentRoutes({ contents, audit }) },
      ...{ agent: () => agent, prices: observer.prices },
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...(values['mcp-share'] && { mcpShare: true })
    })
  )
  remember(dir, URL_FILE, door.url)
  remember(dir, PUBLIC_URL_FILE, publicUrl?.origin ?? '')
  if (values['no-network']) return { dir, observer, door, info: undefined }
  const started = await startAgent(values, context)
  agent = started
  stack.defer(() => {
    agent = undefined
    return started.stop({ graceMs: 0 })
  })
  await collect(started, observer, { log, stack, contents })
  return { dir, observer, door, info: await started.info() }
}

/** An agent of its own: it lives as long as the observer, and offers nothing. */
async function startAgent(values: ObserveValues, context: Context): Promise<Agent> {
  const { createAgent } = await import('../../node/agent.ts')
  const home = homeOf(values, context)
  const logLevel = values['log-level'] ?? 'warn'
  const init = { ...initOf(withConfig(values, context), context), home, control: true, logLevel }
  const agent = await untilInterrupted(createAgent(init), context.interrupts)
  noteHome(home, context.env)
  return agent
}

interface Means {
  readonly log: Logger
  readonly stack: AsyncDisposableStack
  readonly contents: Contents
}

async function collect(
  agent: Agent,
  observer: Observer,
  { log, stack, contents }: Means
): Promise<void> {
  const names = new PeerNames()
  names.add(agent.id, agent.name)
  const leave = new AbortController()
  stack.defer(() => leave.abort())
  void names.follow(agent, leave.signal).catch((error: unknown) => {
    log.warn({ why: (error as Error).message }, 'names of agents are not followed any more')
  })
  const { traces } = agent
  contents.join(traces)
  stack.use(await observer.collect({ traces, nameOf: (id) => names.of(id), log }))
}
