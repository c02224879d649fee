/** An observer's HTTP door: all routes, their checks, and the listening end. */

import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../node/clock.ts'
import type { Alarm } from '../observer/alerts/alarm.ts'
import type { ForwardState } from '../observer/export/forward.ts'
import type { Intake } from '../observer/intake.ts'
import type { KeeperState } from '../observer/retention.ts'
import type { TraceStore } from '../observer/store.ts'
import { Allowance } from './access/allowance.ts'
import { Audit } from './access/audit.ts'
import { Keys } from './access/keys.ts'
import { Sessions } from './access/sessions.ts'
import { createApp } from './app.ts'
import { readDashboard } from './dashboard.ts'
import { BodyRoom } from './body.ts'
import { openDoor } from './door.ts'
import { sampleIn } from './sample/runs.ts'
import { Live } from './live.ts'
import { Shares } from './shares/shares.ts'
import { Views } from './shares/views.ts'
import type { Route } from './route.ts'
import { mcpRoute } from './mcp/server.ts'
import { adminRoutes } from './routes/admin.ts'
import { alertRoutes } from './routes/alerts.ts'
import { dashboardRoutes } from './routes/dashboard.ts'
import { diffRoute } from './routes/diff.ts'
import { doorRoutes } from './routes/door.ts'
import { handoffRoutes } from './routes/handoffs.ts'
import { ingestRoutes } from './routes/ingest.ts'
import { sharedRoutes } from './routes/shared.ts'
import { shareRoutes } from './routes/shares.ts'
import { meRoute } from './routes/me.ts'
import { networkRoute } from './routes/network.ts'
import type { Neighbour } from './routes/network.ts'
import { priceRoutes } from './routes/prices.ts'
import type { OwnPrices } from './routes/prices.ts'
import { sampleRoutes } from './routes/sample.ts'
import { sumRoutes } from './routes/sums.ts'
import { taskRoute } from './routes/tasks.ts'
import { traceRoutes } from './routes/traces.ts'

export interface ObserverDoorInit {
  readonly store: TraceStore
  readonly intake: Intake
  /** See `openAccess`; whoever opened it closes it. */
  readonly access: DatabaseSync
  readonly clock: Clock
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly log: { error(facts: object, message: string): void }
  /** Names by which it may be asked as well, as behind a proxy; with their port, if it has one. */
  readonly names?: readonly string[]
  /** Where people find it, when a proxy stands before it: see `publicUrlOf`. */
  readonly publicUrl?: URL
  /** Alerts, if there are to be any. */
  readonly alarm?: Alarm
  /** How retention and the passing on of spans are doing, for whoever asks. */
  readonly keeping?: () => KeeperState
  readonly forwarding?: () => ForwardState
  /** The observer's own agent, once it runs. */
  readonly agent?: () => Neighbour | undefined
  readonly prices?: OwnPrices
  /** Whether agents may make links to traces over MCP, with a key that may. */
  readonly mcpShare?: boolean
  /** Routes of other rooms. */
  readonly more?: readonly Route[]
}

export interface ObserverDoor extends AsyncDisposable {
  /** `http://127.0.0.1:4319`: for whoever is on this machine. */
  readonly url: string
  readonly keys: Keys
  /** A link that signs a person in, once. */
  signInLink(): string
  /** Whether a person ever did. */
  everSignedIn(): boolean
}

/** @throws PeerworkError `BAD_OPTION` for a port that is taken, or a name that is none */
export async function openObserverDoor(init: ObserverDoorInit): Promise<ObserverDoor> {
  const { store, intake, access: db, clock, host, port, log, names, more = [] } = init
  const { alarm, keeping, forwarding, publicUrl } = init
  const audit = new Audit(db, clock.now)
  const keys = new Keys(db, clock, audit)
  const sessions = new Sessions(db, clock, audit)
  const allowance = new Allowance(db, clock.now)
  const live = new Live(intake)
  const dashboard = readDashboard()
  const quiet = alarm?.alerts.listen((event, alert) => {
    live.tell('alert', { event, alert }, alert.trace)
  })
  const shares = { shares: new Shares(db, clock, audit), views: new Views(store, clock) }
  const routes: Route[] = [
    ...ingestRoutes,
    ...traceRoutes,
    ...handoffRoutes,
    ...sumRoutes,
    diffRoute,
    networkRoute(init.agent ?? (() => undefined)),
    taskRoute,
    ...priceRoutes(init.prices, audit),
    meRoute,
    ...adminRoutes({ keys, audit, alarm, keeping, forwarding }),
    ...sampleRoutes({ audit, shares: shares.shares, sample: sampleIn(db) }),
    ...(alarm === undefined ? [] : alertRoutes({ alarm, audit })),
    ...dashboardRoutes(dashboard),
    ...more
  ]
  const shown = (): string => publicUrl?.origin ?? door.url
  const sharing = { ...shares, page: dashboard?.share, url: shown }
  routes.push(...shareRoutes({ ...sharing, audit }), ...sharedRoutes(sharing))
  const secure = publicUrl?.protocol === 'https:'
  routes.push(...doorRoutes({ sessions, live, url: shown, secure, all: () => routes }))
  routes.push(
    mcpRoute(
      () => door.url,
      (request) => app.fetch(request, {}),
      init.mcpShare
    )
  )
  const app = createApp({
    ...{ routes, world: { store, intake, clock, room: new BodyRoom() }, log },
    access: { keys, sessions, allowance },
    names: () => door.names
  })
  const door = await openDoor({
    ...{ host, port, names, publicUrl, fetch: (request, from) => app.fetch(request, { from }) }
  })
  return {
    ...{ url: door.url, keys },
    signInLink: () => `${shown()}/sign-in?ticket=${sessions.ticket()}`,
    everSignedIn: () => sessions.everStarted(),
    async [Symbol.asyncDispose]() {
      quiet?.()
      live.close()
      await door[Symbol.asyncDispose]()
      allowance.write()
    }
  }
}
