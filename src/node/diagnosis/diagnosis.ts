/**
 * The diagnosis of one agent: one source for `status`, `doctor`, `/healthz`, `/metrics` and for the
 * reason in `NO_PEERS`.
 *
 * Most of it is looked up; what has to be tried out (multicast, the own port, a peer's look at it)
 * is tried by `doctor`, and multicast also while there are no peers, so that an error can say at
 * once what is wrong.
 */

import { networkInterfaces } from 'node:os'
import type { AgentInfo, AgentStatus, Peer } from '../api.ts'
import type { Clock } from '../clock.ts'
import { VERSION } from '../version.ts'
import { checkAdmission, checkAgent, checkIsolation, checkLoad } from './check-agent.ts'
import { checkClock } from './check-clock.ts'
import { checkDuplicate } from './check-duplicate.ts'
import { checkLinks } from './check-links.ts'
import { checkMulticast } from './check-multicast.ts'
import { checkListening, checkReachable } from './check-port.ts'
import type { Look, OwnPort } from './check-port.ts'
import { checkRefusals } from './check-refusals.ts'
import { inOrder } from './finding.ts'
import type { Finding } from './finding.ts'
import { healthOf } from './health.ts'
import { checkInterfaces, multicastFlag, outlets } from './interfaces.ts'
import type { SupervisedLink } from './link.ts'
import type { Observed } from './observed.ts'
import { checkHome, probeHome } from './probe-home.ts'
import type { HomeProbe } from './probe-home.ts'
import { probeMulticast } from './probe-multicast.ts'
import type { MulticastProbe } from './probe-multicast.ts'
import { probePort } from './probe-port.ts'
import { checkPeers, whyAlone as reasonOf } from './why-alone.ts'
import type { Search } from './why-alone.ts'

/** Alone for so long more, multicast is tried, ms: others answer within a second. */
const ALONE_MS = 700
/** And again so often, as long as nobody is there, ms. */
const ALONE_EVERY_MS = 60_000
/** What was tried is used again for so long, ms: a scrape or an impatient person asks twice. */
const FRESH_MS = 5_000
/** Own addresses that are tried, count. */
const PORTS_MAX = 4

/** Where the facts come from. */
export interface Sources {
  readonly clock: Clock
  readonly id: string
  /** As people call it. */
  readonly network: string
  readonly home: string | undefined
  readonly mdns: boolean
  readonly bootstrap: readonly string[]
  readonly listen: readonly string[]
  readonly queueMax: number
  readonly observed: Observed
  readonly info: () => Promise<AgentInfo>
  readonly stopping: () => boolean
  /** Made for one command, and gone with it. */
  readonly shortLived: boolean
  readonly peers: () => readonly Pick<Peer, 'name' | 'version'>[]
  readonly links: () => readonly SupervisedLink[]
  readonly unreached: () => Search['unreached']
  /** Hosts and ports this agent listens at. */
  readonly ports: () => readonly Omit<OwnPort, 'state'>[]
  /** Let peers look at the own port. */
  readonly look: () => Promise<readonly Look[]>
}

const isRelay = ({ kind, state }: SupervisedLink): boolean => kind === 'relay' && state === 'up'

/** What was tried out, what came of it, and when, by the monotonic clock in ms. */
interface Tried<Result> {
  readonly result: Result
  readonly at: number
}

export class Diagnosis {
  readonly #sources: Sources
  #multicast: Tried<MulticastProbe> | undefined
  #home: Tried<HomeProbe> | undefined
  #ports: readonly OwnPort[] | undefined
  #looks: readonly Look[] | undefined
  #alone: NodeJS.Timeout | undefined
  /** As of the last time the agent was asked about itself. */
  #membership: AgentInfo['membership']

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** Keep an eye on multicast while there are no peers. */
  start(): void {
    this.#watch(ALONE_MS)
  }

  stop(): void {
    clearTimeout(this.#alone)
    this.#alone = undefined
  }

  /** How it is, by what is known; while there are no peers, multicast is tried first. */
  async status(): Promise<AgentStatus> {
    if (this.#sources.peers().length === 0) await this.#tryMulticast()
    return this.glance()
  }

  /** The same without trying anything: for a monitor that asks every few seconds. */
  async glance(): Promise<AgentStatus> {
    const sources = this.#sources
    const findings = await this.findings()
    const { state } = healthOf(findings)
    const peers = sources.peers().length
    const alone = peers === 0 ? this.whyAlone() : null
    const links = sources.links()
    return { state, info: await sources.info(), peers, links, alone, findings }
  }

  /** Try out everything there is. */
  async doctor(): Promise<AgentStatus> {
    const sources = this.#sources
    await Promise.all([
      this.#tryMulticast(),
      this.#tryPorts(),
      sources.look().then((looks) => (this.#looks = looks))
    ])
    this.#home = undefined
    return this.status()
  }

  /** Everything that is known now, in the order in which people read it. */
  async findings(): Promise<readonly Finding[]> {
    const sources = this.#sources
    const info = await sources.info()
    this.#membership = info.membership
    const around = this.#around()
    const { now } = sources.clock
    return inOrder([
      checkAgent(info, this.#life(), now()),
      checkHome(this.#probeHome()),
      checkIsolation(info),
      checkAdmission(info),
      checkLoad(info, sources.queueMax),
      ...around,
      checkReachable(this.#looks, sources.links().some(isRelay)),
      checkPeers(sources.peers().length, around, this.#search())
    ])
  }

  /** In a sentence: why there may be no peers. */
  whyAlone(): string {
    return reasonOf(this.#around(), this.#search())
  }

  /** What is between this agent and others. */
  #around(): Finding[] {
    const { clock, observed, id, network, mdns, listen, ...sources } = this.#sources
    const now = clock.now()
    const links = sources.links()
    const membership = this.#membership
    const { refusals, clocks, announcements: heard } = observed
    const twins = membership?.problems.filter(({ code }) => code === 'DUPLICATE_ID') ?? []
    const told = twins.map(({ message }) => message)
    const ours = told.find((message) => message.includes(id))
    const copy = observed.copy ?? (ours === undefined ? undefined : { where: ours, at: now })
    const probe = this.#multicast?.result
    const ports = this.#ports ?? sources.ports().map((port) => ({ ...port, state: undefined }))
    return [
      checkInterfaces(networkInterfaces(), listen),
      checkMulticast({ wanted: mdns, probe, heard, flag: multicastFlag }),
      checkListening(ports, listen.length > 0),
      checkClock(clocks),
      checkDuplicate(copy, id, now, told),
      ...checkRefusals({ refusals, network, version: VERSION, peers: sources.peers(), membership }),
      checkLinks('bootstrap', links, now),
      checkLinks('relay', links, now)
    ]
  }

  #life(): 'running' | 'short-lived' | 'stopping' {
    const { stopping, shortLived } = this.#sources
    if (stopping()) return 'stopping'
    return shortLived ? 'short-lived' : 'running'
  }

  #search(): Search {
    const { network, mdns, bootstrap, observed, unreached } = this.#sources
    return {
      ...{ network, mdns, bootstrap: bootstrap.length, unreached: unreached() },
      heard: observed.announcements
    }
  }

  /** The file system is asked now and then, not at every scrape. */
  #probeHome(): HomeProbe | undefined {
    const { home, clock } = this.#sources
    if (home === undefined) return undefined
    const at = clock.elapsed()
    if (this.#home === undefined || at - this.#home.at > FRESH_MS) {
      this.#home = { result: probeHome(home), at }
    }
    return this.#home.result
  }

  async #tryMulticast(): Promise<void> {
    const { clock, mdns } = this.#sources
    const at = clock.elapsed()
    const fresh = this.#multicast !== undefined && at - this.#multicast.at < FRESH_MS
    if (!mdns || fresh) return
    const result = await probeMulticast(outlets(networkInterfaces()), clock.random)
    this.#multicast = { result, at: clock.elapsed() }
  }

  async #tryPorts(): Promise<void> {
    const own = this.#sources.ports().slice(0, PORTS_MAX)
    this.#ports = await Promise.all(
      own.map(async ({ host, port }) => ({ host, port, state: await probePort(host, port) }))
    )
  }

  #watch(ms: number): void {
    this.#alone = setTimeout(() => {
      const again = (): void => {
        if (this.#alone !== undefined) this.#watch(ALONE_EVERY_MS)
      }
      if (this.#sources.peers().length > 0) again()
      else this.#tryMulticast().then(again, again)
    }, ms).unref()
  }
}
