/**
 * The libp2p host: transport, encryption, multiplexing, discovery and gossip, every limit set.
 *
 * Imported only through `guarded-import.ts`. The numbers follow measurements of what a peer that
 * never reads, never finishes or never stops can make the stock settings do: outbound buffers of
 * gossipsub and yamux are unbounded by default, idle streams are never closed, and every address
 * any peer names would be dialled.
 */

import { bootstrap } from '@libp2p/bootstrap'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import type { GossipSub } from '@libp2p/gossipsub'
import { createTopicScoreParams } from '@libp2p/gossipsub/score'
import { identify } from '@libp2p/identify'
import type { Connection, ConnectionEncrypter, ConnectionGater } from '@libp2p/interface'
import type { ConnectionProtector } from '@libp2p/interface'
import type { Libp2p, PeerDiscovery, PeerId, ServiceMap } from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { digest, toHex } from '../protocol/canonical.ts'
import { BATCH_BYTES_MAX, traceTopic } from '../protocol/constants.ts'
import type { PeerworkError } from '../protocol/errors.ts'
import { systemClock } from './clock.ts'
import { keepBadScores } from './gossip-scores.ts'
import { fewHalfOpen } from './half-open.ts'
import type { Secret } from './key-file.ts'
import { keepFewRecords } from './peer-records.ts'
import type { Preset } from './presets.ts'
import { connectInTime } from './reach/connect-in-time.ts'
import { Pulse } from './reach/pulse.ts'
import { keepParts } from './reach/parts.ts'
import type { HostParts, Kept } from './reach/parts.ts'
import { relayOf } from './reach/relayed.ts'
import { halfWindow, oneWrite, quickPackets } from './tuned.ts'

const MIB = 1024 * 1024
/** What may wait for a peer that does not read, bytes; then its stream is aborted. */
const WRITE_BUFFER_BYTES_MAX = 4 * MIB
const READ_BUFFER_BYTES_MAX = MIB
/** Streams on one connection: sessions, cards, gossip, and a bulk stream a task. */
const STREAMS_MAX = 256
/**
 * A handshake, ms. It takes milliseconds, and seconds where a hundred agents share two cores; with
 * less time than it takes, all of them would begin anew for ever. Those that say nothing are few at
 * a time (half-open.ts).
 */
const UPGRADE_MS_MAX = 15_000
/** One dial attempt, ms: as long as the handshake; a silent address ends sooner. */
const DIAL_MS_MAX = 15_000

export interface HostOptions {
  readonly secret: Secret
  readonly publicKey: Uint8Array
  readonly network: string
  readonly preset: Preset
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
  readonly mdns: boolean
  /** Whom a relay of ours serves, and which relay may pass on to us: more than who may connect. */
  readonly gate?: ConnectionGater
  /** In a network with an owner: who lets in members, and nobody else. */
  readonly door?: Door
  /** Encrypts once more with a key that all of the network share (`reach/network-key.ts`). */
  readonly protector?: (components: never) => ConnectionProtector
  /** A connection was cut off because too many of its address say nothing. */
  readonly crowded?: () => void
  /** Somebody may be there, and how we know. */
  readonly found: (id: string, addresses: readonly string[], via: 'mdns' | 'bootstrap') => void
}

export interface Door {
  /** Puts the handshake of members into an encrypter. */
  guard(make: MakeEncrypter): MakeEncrypter
  /** Why a peer may not be here, if it may not. */
  fault(peer: string): PeerworkError | undefined
  /** A dial begins: tells the refusal behind an error that libp2p made of it. */
  behind(addresses: readonly string[]): (error: unknown) => PeerworkError | undefined
}
type NoiseParts = Parameters<ReturnType<typeof noise>>[0]
export type MakeEncrypter = (components: NoiseParts) => ConnectionEncrypter

export type Host = Libp2p<ServiceMap & { pubsub: GossipSub; pulse: Pulse }>

export interface DialGate {
  readonly host: Host
  readonly parts: HostParts
  /**
   * Dial exactly these addresses of one peer, and no other.
   *
   * @param anew also when there is a connection to it already
   */
  dial(addresses: readonly string[], signal: AbortSignal, anew?: boolean): Promise<Connection>
}

export async function createHost(options: HostOptions): Promise<DialGate> {
  const allowed = new Map<string, number>()
  const kept: Kept = { parts: undefined }
  const host = await createLibp2p({
    privateKey: privateKeyFromRaw(Buffer.concat([options.secret.seed, options.publicKey])),
    start: false,
    addresses: { listen: [...options.listen] },
    transports: [transport(options)],
    connectionEncrypters: [encrypter(options.door)],
    streamMuxers: [halfWindow(yamux(MUXER))],
    // Identify would teach the host addresses that peers claim; only those we chose are dialled.
    connectionGater: {
      ...options.gate,
      ...secondLine(options.door),
      denyDialMultiaddr: (address) => !allowed.has(address.toString())
    },
    ...(options.protector !== undefined && { connectionProtector: options.protector }),
    connectionManager: connectionLimits(options.preset),
    // In its place there is one of our own (reach/pulse.ts).
    connectionMonitor: { enabled: false },
    peerDiscovery: discovery(options),
    services: {
      identify: identify({ maxMessageSize: 16 * 1024 }),
      pubsub: gossip(options),
      pulse: ({ connectionManager }) =>
        new Pulse({ clock: systemClock, connections: () => connectionManager.getConnections() }),
      parts: keepParts(kept)
    },
    nodeInfo: { userAgent: 'peerwork' }
  })
  const dial: DialGate['dial'] = async (addresses, signal, anew = false) => {
    const targets = addresses.map((address) => multiaddr(address))
    // Who dials through a relay has to reach the relay first.
    const relays = addresses.flatMap((address) => relayOf(address)?.address ?? [])
    const doors = [...targets.map((target) => target.toString()), ...relays]
    const behind = options.door?.behind(addresses)
    for (const door of doors) count(allowed, door, 1)
    try {
      return await host.dial(targets, { signal, force: anew })
    } catch (error) {
      throw behind?.(error) ?? error
    } finally {
      for (const door of doors) count(allowed, door, -1)
    }
  }
  if (kept.parts === undefined) throw new Error('libp2p made no services')
  const made = host as unknown as Host
  keepFewRecords(made, kept.parts.datastore)
  keepBadScores(made.services.pubsub)
  return { host: made, parts: kept.parts, dial }
}

function transport({ preset, crowded }: HostOptions) {
  const made = connectInTime(oneWrite(tcp({ maxConnections: preset.connectionsMax, backlog: 128 })))
  return fewHalfOpen(made, { places: preset.pendingMax, crowded })
}

function encrypter(door: Door | undefined) {
  const plain = quickPackets(noise())
  return door === undefined ? plain : door.guard(plain)
}

/** A transport that brings encryption of its own would go past the handshake. */
function secondLine(door: Door | undefined): ConnectionGater {
  if (door === undefined) return {}
  const isStranger = (peer: PeerId): boolean => door.fault(peer.toString()) !== undefined
  return {
    denyInboundUpgradedConnection: isStranger,
    denyOutboundUpgradedConnection: isStranger
  }
}

/** Two dials of one address may overlap; the first to end must not close the gate on the other. */
function count(allowed: Map<string, number>, address: string, change: number): void {
  const now = (allowed.get(address) ?? 0) + change
  if (now > 0) allowed.set(address, now)
  else allowed.delete(address)
}

const MUXER = {
  maxInboundStreams: STREAMS_MAX,
  maxOutboundStreams: STREAMS_MAX,
  streamOptions: {
    maxWriteBufferLength: WRITE_BUFFER_BYTES_MAX,
    maxReadBufferLength: READ_BUFFER_BYTES_MAX,
    // Never larger than the read buffer, or an honest sender overflows a paused reader.
    maxStreamWindowSize: READ_BUFFER_BYTES_MAX
  }
}

function connectionLimits(preset: Preset) {
  return {
    maxConnections: preset.connectionsMax,
    maxIncomingPendingConnections: preset.pendingMax,
    inboundConnectionThreshold: preset.inboundPerSecond,
    inboundUpgradeTimeout: UPGRADE_MS_MAX,
    dialTimeout: DIAL_MS_MAX,
    addressDialTimeout: DIAL_MS_MAX,
    // In the order given: by default, an address that a stranger made up may come first.
    addressSorter: (): 0 => 0,
    outboundStreamProtocolNegotiationTimeout: UPGRADE_MS_MAX,
    inboundStreamProtocolNegotiationTimeout: UPGRADE_MS_MAX,
    // Links are kept up by our own supervisor (discovery.ts), which knows when to give up.
    reconnectRetries: 0
  }
}

/** mDNS asks at once and then every few seconds; each network has its own service name. */
function discovery({ bootstrap: list, mdns: local, network, found }: HostOptions) {
  const tag = toHex(digest(Buffer.from(network))).slice(0, 12)
  const serviceTag = `_peerwork-${tag}._udp.local`
  const sources: ((components: Components) => PeerDiscovery)[] = []
  if (local) sources.push(telling(mdns({ serviceTag, interval: 5_000 }), 'mdns', found))
  if (list.length > 0) {
    // `timeout` is how long bootstrap waits before it speaks up; the default costs a second.
    sources.push(telling(bootstrap({ list: [...list], timeout: 0 }), 'bootstrap', found))
  }
  return sources
}

type Components = Parameters<ReturnType<typeof mdns>>[0] &
  Parameters<ReturnType<typeof bootstrap>>[0]

/** The host forgets which source found a peer, so each source is listened to by itself. */
function telling(
  source: (components: Components) => PeerDiscovery,
  via: 'mdns' | 'bootstrap',
  found: HostOptions['found']
): (components: Components) => PeerDiscovery {
  return (components) => {
    const service = source(components)
    service.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
      found(
        id.toString(),
        multiaddrs.map((address) => address.toString().replace(/\/p2p\/\w+$/, '')),
        via
      )
    })
    return service
  }
}

/**
 * Unlisted topics are not scored at all, so forged batches would cost their sender nothing. Only
 * they count here: traces come in bursts, and a quiet neighbour is no bad one. Some nine of them
 * within half a minute, and a neighbour is no longer listened to until it was good for a while.
 */
const FORGERIES_ONLY = {
  topicWeight: 1,
  timeInMeshWeight: 0,
  firstMessageDeliveriesWeight: 0,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  invalidMessageDeliveriesWeight: -1,
  invalidMessageDeliveriesDecay: 0.97
}

/**
 * Seals prove where a batch comes from, so the topic does not sign a second time. Message ids are
 * digests: two copies of a batch are one message.
 */
function gossip({ network, preset }: HostOptions) {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => digest(message.data),
    allowedTopics: [traceTopic(network)],
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    doPX: false,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxOutboundBufferSize: WRITE_BUFFER_BYTES_MAX,
    maxInboundDataLength: BATCH_BYTES_MAX + 1024,
    scoreParams: {
      IPColocationFactorWeight: preset.colocationWeight,
      topics: { [traceTopic(network)]: createTopicScoreParams(FORGERIES_ONLY) }
    }
  })
}
