/**
 * How this agent is reached by others, and how it reaches those that cannot be dialled: its
 * standing, relays, relayed links and their upgrade, and the peers it remembers.
 *
 * What is optional is loaded when it is needed first; an agent on a LAN never loads it.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Stream } from '@libp2p/interface'
import { PUNCH_PROTOCOL } from '../../protocol/constants.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { Identity } from '../../protocol/identity.ts'
import { parseAddress, plain } from '../addresses.ts'
import type { PeerEvent } from '../api.ts'
import type { Clock } from '../clock.ts'
import { askForLook } from '../diagnosis/dial-back.ts'
import type { SupervisedLink } from '../diagnosis/link.ts'
import type { Discovery } from '../discovery.ts'
import { importGuarded } from '../guarded-import.ts'
import type { DialGate } from '../host.ts'
import type { Logger } from '../logger.ts'
import type { AgentOptions } from '../options.ts'
import type { OwnCard } from '../own-card.ts'
import type { KnownPeer, Peers } from '../peers.ts'
import type { Circuit } from './circuit.ts'
import { countKnown } from './known.ts'
import { linksOf } from './links-kept.ts'
import { FOR_MEMBERS, FOR_STRANGERS } from './limits.ts'
import { Lookup, presenceOf } from './lookup.ts'
import { Outside } from './outside.ts'
import { answerPunch, punch } from './punch.ts'
import type { PunchOptions } from './punch.ts'
import { PunchRate } from './punch-rate.ts'
import { isRelayed, linkKind, relayOf } from './relayed.ts'
import { Relays } from './relays.ts'
import { RememberedPeers } from './remembered.ts'
import { isPunched, SharedPorts } from './shared-port.ts'
import { ownAddresses, portOf, Standing } from './standing.ts'
import type { Verdict } from './standing.ts'
import { Upgrade } from './upgrade.ts'

/** Changes within so long are told as one, ms. */
const TOGETHER_MS = 100
/** Punches of one peer at once, count. */
const PUNCHES_MAX = 1
/** Keeps a link of ours from being closed first when there are too many. */
const KEEP_TAG = { 'peerwork-kept': { value: 100 } }

export interface ReachOptions {
  readonly options: Pick<
    AgentOptions,
    'home' | 'relay' | 'relayVia' | 'bootstrap' | 'dht' | 'network'
  >
  readonly identity: Identity
  /** Whether only members of an owner's network can be here. */
  readonly owned: boolean
  readonly gate: DialGate
  readonly clock: Clock
  readonly peers: Peers
  readonly discovery: Discovery
  readonly log: Logger
  /** What our card says. */
  readonly describe: () => OwnCard
  /** What our card says of addresses has changed. */
  readonly changed: () => void
  /** Whether tasks of or for this peer run now. */
  readonly busy: (id: string) => boolean
  /** A link is being made for a search, and not for company. */
  readonly spare: (id: string) => void
}

export class Reach {
  readonly #options: ReachOptions
  readonly #relays: Relays
  readonly #standing: Standing
  readonly #upgrade: Upgrade
  readonly #ports: SharedPorts
  readonly #remembered: RememberedPeers
  readonly #lookup: Lookup
  readonly #outside: Outside
  readonly #rate: PunchRate
  readonly #closers: (() => unknown)[] = []
  #circuit: Promise<Circuit> | undefined
  #change: NodeJS.Timeout | undefined

  constructor(options: ReachOptions) {
    this.#options = options
    const { gate, clock, peers, discovery, log, busy } = options
    const changed = (): void => this.#changed()
    this.#ports = new SharedPorts(gate.parts)
    this.#outside = new Outside(this.#ports)
    this.#rate = new PunchRate(clock.elapsed)
    this.#remembered = new RememberedPeers(options.options.home, clock, (error) => {
      log.warn({ why: error.message }, 'peers are not remembered')
    })
    this.#relays = new Relays({
      ...{ clock, log, changed, peers: () => peers.all() },
      reserve: async (relay) => (await this.#loadCircuit()).reserve(relay),
      keep: (relay, address) => {
        const anew = discovery.viaOf(relay) !== 'bootstrap'
        if (anew) discovery.keep(address)
        return anew
      },
      release: (relay) => discovery.release(relay)
    })
    this.#standing = new Standing({
      clock,
      port: () => portOf(this.listening),
      own: ownAddresses,
      look: (peer, port) => this.#look(peer, port),
      changed: () => {
        log.info({ standing: this.#standing.verdict }, 'how others reach this agent')
        this.#relays.want(this.#standing.verdict === 'closed')
        changed()
      }
    })
    this.#upgrade = new Upgrade({
      ...{ log, busy, elapsed: clock.elapsed, peer: (id) => peers.get(id) },
      dial: (addresses, signal) => this.dial(addresses, signal, true),
      punch: (relayed) => punch(relayed, this.#punching)
    })
    this.#lookup = lookupOf(options, this)
  }

  /** Look for somebody we do not know, where the network has a directory. */
  async seek(wanted: Parameters<Lookup['seek']>[0]): Promise<void> {
    await this.#lookup.seek(wanted)
  }

  /** What our card says has changed. */
  tell(): void {
    this.#lookup.tell()
  }

  /** Before the host starts. */
  async prepare(): Promise<void> {
    const { log, gate } = this.#options
    gate.host.addEventListener('peer:identify', ({ detail: { connection, observedAddr } }) => {
      if (observedAddr !== undefined) this.#identified(connection, observedAddr.toString())
    })
    const answer = async (stream: Stream, connection: Connection): Promise<void> => {
      await answerPunch(stream, connection, this.#punching).catch((error: unknown) => {
        log.debug({ why: toPeerworkError(error).message }, 'no hole was punched')
      })
    }
    const how = { runOnLimitedConnection: true, maxInboundStreams: PUNCHES_MAX }
    await gate.host.handle(PUNCH_PROTOCOL, answer, how)
  }

  /** When the host listens: whom we know is dialled, and what the operator wanted is begun. */
  async start(): Promise<void> {
    const { options, owned, gate, peers, discovery } = this.#options
    const { addressManager, transportManager } = gate.parts
    for (const address of transportManager.getAddrs()) {
      addressManager.confirmObservedAddr(address, { type: 'transport' })
    }
    this.#closers.push(peers.events.listen((event) => this.#heard(event)))
    for (const { id, addresses } of this.#remembered.all()) {
      discovery.offer(id, addresses, 'remembered')
    }
    for (const address of options.relayVia) discovery.keep(address)
    this.#lookup.consider(0)
    if (!options.relay) return
    const { serveRelay } = await importGuarded(() => import('./circuit.ts'))
    const limits = owned ? FOR_MEMBERS : FOR_STRANGERS
    this.#closers.push(await serveRelay(gate.parts, limits))
  }

  /** Like the host's own, but knows the way through relays too. */
  async dial(addresses: readonly string[], signal: AbortSignal, anew = false): Promise<Connection> {
    const { gate } = this.#options
    const self = gate.host.peerId.toString()
    // Whoever has a reservation here is connected here.
    const ways = addresses.filter((address) => relayOf(address)?.relay !== self)
    if (ways.some(isRelayed)) await this.#loadCircuit()
    return gate.dial(ways, signal, anew)
  }

  /** Where others reach us, the surest first, given where we listen; without our id. */
  addresses(own: readonly string[]): string[] {
    const relayed = this.#relays.addresses
    const { forwarded, verdict } = this.#standing
    const all = verdict === 'closed' ? [...relayed, ...own] : [...forwarded, ...own, ...relayed]
    return [...new Set(all)]
  }

  /** Where we listen, without our id: one address for each interface. */
  get listening(): string[] {
    // The host's own list leaves out public addresses until AutoNAT has confirmed them.
    const { transportManager } = this.#options.gate.parts
    return transportManager.getAddrs().map((address) => plain(address.toString()))
  }

  get verdict(): Verdict {
    return this.#standing.verdict
  }

  /** The links that are kept up, for diagnosis. */
  links(): SupervisedLink[] {
    const { discovery, peers, options } = this.#options
    const given = (addresses: readonly string[]) => addresses.map((one) => parseAddress(one))
    return linksOf({
      ...{ sought: discovery.sought(), uses: this.#relays.uses, peer: (id) => peers.get(id) },
      ...{ bootstrap: given(options.bootstrap), relayVia: given(options.relayVia) }
    })
  }

  async stop(): Promise<void> {
    clearTimeout(this.#change)
    this.#standing.stop()
    this.#relays.stop()
    this.#upgrade.stop()
    this.#remembered.close()
    await this.#lookup.stop()
    for (const close of this.#closers) await close()
    await (await this.#circuit)?.stop()
  }

  /** Reservations and verdicts come together, and each change is a card to every peer. */
  #changed(): void {
    this.#change ??= setTimeout(() => {
      this.#change = undefined
      this.#options.changed()
    }, TOGETHER_MS).unref()
  }

  #heard(event: PeerEvent): void {
    const { peers, options, discovery } = this.#options
    const { id } = event.peer
    const peer = peers.get(id)
    if (event.type === 'left' || peer === undefined) this.#standing.left(id)
    else {
      const at = plain(peer.connection.remoteAddr.toString())
      const named = options.relayVia.some((address) => {
        const given = parseAddress(address)
        return given.id === id || given.address === at
      })
      if (named) this.#relays.name(id)
      this.#note(peer, at)
      this.#upgrade.watch(peer)
    }
    this.#relays.consider()
    if (!this.#lookup.open) this.#lookup.consider(countKnown(discovery.sought(), peers.all()))
  }

  /** What is worth keeping of a peer. */
  #note({ id, connection }: KnownPeer, at: string): void {
    const { gate, discovery } = this.#options
    const direct = linkKind(connection) === 'direct' && connection.direction === 'outbound'
    if (direct && !isPunched(connection)) this.#remembered.reached(id, at)
    if (discovery.viaOf(id) !== 'bootstrap') return
    void gate.host.peerStore.merge(connection.remotePeer, { tags: KEEP_TAG }).catch(() => undefined)
  }

  #identified(connection: Connection, observed: string): void {
    const host = this.#outside.seen(connection, observed)
    if (host !== undefined) this.#standing.seen(connection.remotePeer.toString(), host)
  }

  async #look(id: string, port: number): ReturnType<typeof askForLook> {
    const connection = this.#options.peers.get(id)?.connection
    if (connection === undefined) throw new Error('it is gone')
    return askForLook(connection, port)
  }

  #loadCircuit(): Promise<Circuit> {
    this.#circuit ??= this.#addCircuit()
    return this.#circuit
  }

  async #addCircuit(): Promise<Circuit> {
    const { Circuit: CircuitClass } = await importGuarded(() => import('./circuit.ts'))
    const circuit = await CircuitClass.add(this.#options.gate.parts)
    circuit.onLost((relay) => this.#relays.lost(relay))
    return circuit
  }

  get #punching(): PunchOptions {
    const { gate, clock } = this.#options
    return {
      admit: (peer) => this.#rate.admit(peer),
      doorTo: (relay) => this.#outside.doorTo(relay, gate.host.getConnections()),
      dialFrom: (dial) => this.#ports.dialFrom(dial),
      ...{ sleep: async (ms: number) => sleep(ms), elapsed: clock.elapsed }
    }
  }
}

function lookupOf(options: ReachOptions, reach: Reach): Lookup {
  const { identity, clock, log, owned, gate, discovery, describe, spare } = options
  const { dht, network } = options.options
  return new Lookup({
    ...{ parts: gate.parts, identity, network, clock, log, owned, dht, spare },
    serve: () => reach.verdict !== 'closed',
    links: () => gate.host.getConnections(),
    dial: (addresses, signal) => reach.dial(addresses, signal),
    offer: (id, addresses) => discovery.want(id, addresses),
    describe: () => presenceOf(describe())
  })
}
