/**
 * An agent's side of the network: the host with everything that listens on it.
 *
 * The only module that is imported through the guard, because it is the one that brings libp2p.
 */

import { networkInterfaces } from 'node:os'
import type { Connection, Stream } from '@libp2p/interface'
import { BULK_PROTOCOL, CARD_PROTOCOL, FIND_PROTOCOL } from '../protocol/constants.ts'
import { MEMBER_PROTOCOL, PROBE_PROTOCOL, TASK_PROTOCOL } from '../protocol/constants.ts'
import { TRACE_SYNC_PROTOCOL } from '../protocol/constants.ts'
import type { PeerworkError } from '../protocol/errors.ts'
import { toPeerworkError } from '../protocol/errors.ts'
import { nameOfNetwork } from '../protocol/membership/network-id.ts'
import { onOurLinks, parseAddress, plain, scopeOf } from './addresses.ts'
import type { CardsOptions } from './cards.ts'
import type { Clock } from './clock.ts'
import { connectTo } from './connect.ts'
import type { Counters } from './counters.ts'
import type { Look } from './diagnosis/check-port.ts'
import type { DialBack } from './diagnosis/dial-back.ts'
import type { SupervisedLink } from './diagnosis/link.ts'
import type { Observed } from './diagnosis/observed.ts'
import { unreachedOf } from './diagnosis/sought-links.ts'
import type { Search } from './diagnosis/why-alone.ts'
import { Discovery } from './discovery.ts'
import { createGossip } from './gossip.ts'
import type { Gossip } from './gossip.ts'
import { importGuarded } from './guarded-import.ts'
import { recall, remember } from './home.ts'
import { createHost } from './host.ts'
import type { DialGate } from './host.ts'
import type { Secret } from './key-file.ts'
import { Links } from './links.ts'
import { listenError, withPort } from './listen.ts'
import type { Logger, Logs } from './logger.ts'
import { Meeting } from './meet/meeting.ts'
import type { OwnMembership } from './membership/own-membership.ts'
import type { AgentOptions } from './options.ts'
import type { KnownPeer, Peers } from './peers.ts'
import { relayGate } from './reach/gate.ts'
import type { Protect } from './reach/network-key.ts'
import { Reach } from './reach/reach.ts'

/** Streams of one kind a peer may have open on one connection; sessions: one, and one that ends. */
const SESSION_STREAMS_MAX = 2
const CARD_STREAMS_MAX = 4
const BULK_STREAMS_MAX = 128
const PROBE_STREAMS_MAX = 2
const MEMBER_STREAMS_MAX = 8
const FIND_STREAMS_MAX = 16
const TRACE_STREAMS_MAX = 6

export interface NetworkOptions {
  readonly options: AgentOptions
  readonly secret: Secret
  readonly clock: Clock
  readonly peers: Peers
  readonly describe: CardsOptions['describe']
  readonly observed: Observed
  readonly counters: Counters
  /** Whether tasks of or for this peer run now. */
  readonly busy: (peer: string) => boolean
  readonly log: Logger
  readonly logs: Logs
  /** In a network with an owner. */
  readonly membership?: OwnMembership | undefined
}

export interface Handlers {
  session(stream: Stream, connection: Connection): void
  bulk(stream: Stream, connection: Connection): void | Promise<void>
  traces(stream: Stream, connection: Connection): void | Promise<void>
}

export class Network {
  readonly gossip: Gossip
  /** Who may read traces; everybody, unless the network has an owner. */
  readonly mayObserve: (peer: string) => boolean
  readonly #gate: DialGate
  readonly #links: Links
  readonly #discovery: Discovery
  #dialBack: Promise<DialBack> | undefined
  readonly #reach: Reach
  readonly meeting: Meeting
  readonly #options: NetworkOptions

  private constructor(options: NetworkOptions, gate: DialGate) {
    this.#options = options
    this.#gate = gate
    const { secret, clock, peers, describe, observed, counters, busy, log, logs, membership } =
      options
    const { network, preset } = options.options
    const { connectionsMax } = preset
    const { identity } = secret
    const { host } = gate
    const connected = (id: string): boolean => peers.get(id) !== undefined
    this.#discovery = new Discovery({
      ...{ self: identity.id, clock, connected, log },
      dial: (addresses, signal) => this.#reach.dial(addresses, signal),
      peers: () => this.meeting.company,
      enough: () => this.meeting.enough,
      wanted: (id: string) => this.meeting.noteSpare(id),
      failed(id, { reason, refusal }) {
        counters.count('dials_failed', { reason })
        if (id !== undefined && refusal !== undefined) observed.refusedAtDial(id, refusal)
      }
    })
    const discovery = this.#discovery
    this.#links = new Links({
      ...{ host, identity, network, clock, peers, discovery, describe, observed, log },
      membership
    })
    this.#reach = new Reach({
      ...{ options: options.options, identity, gate, clock, peers, discovery, busy, describe },
      log: logs('reach'),
      spare: (id) => this.meeting.noteSpare(id),
      owned: nameOfNetwork(network) !== network,
      changed: () => this.#links.changed()
    })
    this.meeting = new Meeting({
      ...{ self: identity.id, clock, peers, discovery, links: this.#links, busy, connectionsMax },
      elsewhere: (sought) => this.#reach.seek(sought)
    })
    this.mayObserve = (peer) => membership?.may(peer, 'observe') ?? true
    this.gossip = createGossip({
      ...{ pubsub: host.services.pubsub, network, now: clock.now },
      ...(membership && { mayObserve: this.mayObserve }),
      refused: (thrown) => {
        const { code, message: why } = toPeerworkError(thrown)
        counters.count('trace_batches_refused', { code })
        log.warn({ why }, 'trace batch refused')
      },
      tooMany: () => counters.count('trace_batches_refused', { code: 'BUSY' })
    })
  }

  static async create(options: NetworkOptions): Promise<Network> {
    const { preset, network, bootstrap, mdns, networkKey } = options.options
    const listen = await withPort(options.options.listen, recall(options.options.home, 'port'))
    const { secret } = options
    const { publicKey } = secret.identity
    const knows = (id: string): boolean => options.peers.get(id) !== undefined
    const known = bootstrap.filter((address) => parseAddress(address).id !== undefined)
    let offer: Discovery['offer'] = () => undefined
    const gate = await createHost({
      ...{ secret, publicKey, network, preset, listen, mdns, bootstrap: known },
      gate: relayGate(knows),
      ...(networkKey !== undefined && { protector: await protectorOf(networkKey) }),
      ...(options.membership && { door: options.membership.door }),
      crowded: () => options.counters.count('connections_refused', { reason: 'silent' }),
      found: (id, addresses, via) => offer(id, addresses, via)
    })
    const made = new Network(options, gate)
    offer = (id, addresses, via) => {
      const local = via === 'mdns' ? onOurLinks(addresses, networkInterfaces()) : addresses
      if (via === 'mdns') made.#heard(id, addresses)
      made.#discovery.offer(id, local, via)
    }
    return made
  }

  get addresses(): string[] {
    const own = this.#gate.host.peerId.toString()
    const all = this.#reach.listening
    return this.#reach.addresses(all).map((address) => `${address}/p2p/${own}`)
  }

  async start(handlers: Handlers): Promise<void> {
    const { host } = this.#gate
    const { options, membership } = this.#options
    // What is for tasks runs over a relay too; probes, gossip and the rest only directly.
    const anywhere = { runOnLimitedConnection: true }
    await Promise.all([
      this.#reach.prepare(),
      host.handle(TASK_PROTOCOL, handlers.session, {
        ...{ maxInboundStreams: SESSION_STREAMS_MAX, ...anywhere }
      }),
      host.handle(BULK_PROTOCOL, handlers.bulk, {
        ...{ maxInboundStreams: BULK_STREAMS_MAX, ...anywhere }
      }),
      host.handle(PROBE_PROTOCOL, (stream, link) => this.#lookBack(stream, link), {
        maxInboundStreams: PROBE_STREAMS_MAX
      }),
      host.handle(
        CARD_PROTOCOL,
        (stream, connection) => this.#links.cards.answer(stream, connection),
        { maxInboundStreams: CARD_STREAMS_MAX, ...anywhere }
      ),
      host.handle(FIND_PROTOCOL, (stream, link) => this.meeting.answer(stream, link), {
        ...{ maxInboundStreams: FIND_STREAMS_MAX, ...anywhere }
      }),
      host.handle(TRACE_SYNC_PROTOCOL, handlers.traces, {
        ...{ maxInboundStreams: TRACE_STREAMS_MAX, ...anywhere }
      }),
      membership &&
        host.handle(MEMBER_PROTOCOL, (stream, link) => membership.answer(stream, link), {
          ...{ maxInboundStreams: MEMBER_STREAMS_MAX, ...anywhere }
        })
    ])
    try {
      await host.start()
    } catch (error) {
      throw listenError(error as Error, options.listen)
    }
    this.#rememberPort()
    membership?.start({
      connections: () => this.#links.connections(),
      cut: (peer, error) => this.#links.cut(peer, error),
      refused: (peer, error) => this.#options.observed.refused(peer, error, 'us'),
      copied: () => this.#options.observed.duplicate('met by another member'),
      addresses: () => [...this.addresses, ...this.#links.known()]
    })
    await this.#reach.start()
    for (const address of options.bootstrap) this.#discovery.keep(address)
  }

  /** @throws PeerworkError `BAD_ADDRESS`, `DIAL_FAILED`, `WRONG_NETWORK` */
  connect(address: string): Promise<KnownPeer> {
    return connectTo(address, {
      peers: this.#options.peers,
      dial: (addresses, signal) => this.#reach.dial(addresses, signal),
      refusalOf: (id) => this.#links.refusalOf(id)
    })
  }

  /** Tell peers that what we offer changed. */
  changed(): void {
    this.#links.changed()
    this.#reach.tell()
  }

  /** Look for a peer, or for whoever offers a skill, among those that our peers know. */
  seek({ skill, peer }: { skill: string; peer?: string | undefined }): Promise<void> {
    return this.meeting.seek({ skill, ...(peer !== undefined && { peer }) })
  }

  /** The links that are kept up. */
  links(): SupervisedLink[] {
    return this.#reach.links()
  }

  /** Others that are known of and could not be reached. */
  unreached(): Search['unreached'] {
    const { peers } = this.#options
    return unreachedOf(this.#discovery.sought(), (id) => peers.get(id) !== undefined)
  }

  /** Let peers look whether our port can be reached. */
  async look(): Promise<Look[]> {
    const { lookThroughPeers } = await import('./diagnosis/look.ts')
    return lookThroughPeers(this.#options.peers.all(), this.addresses)
  }

  async stop(): Promise<void> {
    this.#discovery.stop()
    this.#links.stop()
    this.meeting.stop()
    this.#options.membership?.stop()
    await this.#reach.stop()
    await Promise.resolve(this.#gate.host.stop()).catch((error: unknown) => {
      this.#options.log.warn({ why: toPeerworkError(error).message }, 'the host stopped badly')
    })
  }

  /** Few agents are ever asked for it. */
  async #lookBack(stream: Stream, connection: Connection): Promise<void> {
    const { clock, counters } = this.#options
    const make = async (): Promise<DialBack> => {
      const { DialBack: Made } = await import('./diagnosis/dial-back.ts')
      const refused = ({ code }: PeerworkError): void => counters.count('probes_refused', { code })
      return new Made({ clock, refused })
    }
    this.#dialBack ??= make()
    await (await this.#dialBack).answer(stream, connection)
  }

  /** An announcement came by multicast: of another agent, or of a copy of this one. */
  #heard(id: string, addresses: readonly string[]): void {
    const { secret, observed } = this.#options
    if (id !== secret.identity.id) return observed.announced()
    const own = this.addresses.map(plain)
    const others = addresses.filter((address) => !own.includes(plain(address)))
    const elsewhere = others.find((address) => scopeOf(plain(address)) !== 'loopback') ?? others[0]
    const same = addresses.some((address) => own.includes(plain(address)))
    if (!same && elsewhere !== undefined) observed.duplicate(`announced at ${elsewhere}`)
  }

  /** The same port next time, so that addresses others wrote down stay true. */
  #rememberPort(): void {
    const port = /\/tcp\/(\d+)/.exec(this.addresses[0] ?? '')?.[1]
    if (port !== undefined) remember(this.#options.options.home, 'port', port)
  }
}

/** @throws PeerworkError `KEY_UNREADABLE`, `HOME_UNSAFE` */
async function protectorOf(file: string): Promise<Protect> {
  const { readNetworkKey } = await importGuarded(() => import('./reach/network-key.ts'))
  return readNetworkKey(file)
}
