/**
 * The network's directory: who is where and who offers what, when the network is larger than agents
 * can tell each other of. Kademlia (libp2p specifications, kad-dht) in the network's own namespace.
 *
 * What others keep for us is a presence (`protocol/message/presence.ts`) under our id, and our id
 * under each of our skills. Nothing in the directory is believed: a presence is signed by whom it
 * is about and expires, whoever is found has to show a card like everybody else, and what fits no
 * rule is not stored (CVE-2026-45783: a table that kept whatever it was given).
 */

import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import type { Connection } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { digest } from '../../protocol/canonical.ts'
import { PRESENCE_LIFE_MS, WIRE_VERSION } from '../../protocol/constants.ts'
import type { Identity } from '../../protocol/identity.ts'
import { isAgentId } from '../../protocol/identity.ts'
import { expectPresence } from '../../protocol/message/presence.ts'
import type { Presence } from '../../protocol/message/presence.ts'
import { open, seal } from '../../protocol/seal.ts'
import type { Clock } from '../clock.ts'
import { Beyond, SEARCH_DIALS_MAX, TELL_DIALS_MAX } from './beyond.ts'
import type { Travelling } from './beyond.ts'
import { Shelf } from './shelf.ts'
import type { HostParts } from './parts.ts'

const SHA_256 = 0x12
/** Namespace of presences in the directory's keys. */
const NAMESPACE = 'peerwork'
/** How long after the start others are told, ms: by then some are connected. */
const FIRST_MS = 1_000
/** How often our presence is told anew, ms. */
const TELL_EVERY_MS = PRESENCE_LIFE_MS / 3
/** Providers of a skill count this long, and are told anew when half of it is over, ms. */
const PROVIDED_MS = 60 * 60_000
/** Asking a connected peer whether it serves the directory, ms. */
const MEET_MS_MAX = 3_000
/** One search, ms: some ten round trips of a few at once. */
const SEARCH_MS_MAX = 8_000
/** Telling others of ourselves, ms. */
const TELL_MS_MAX = 20_000
/** Presences taken from one search for a skill, count. */
const FOUND_MAX = 16

export interface DirectoryOptions {
  readonly parts: HostParts
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  /** Serve others too; an agent that nobody can dial only asks. */
  readonly serve: boolean
  /** Those of the addresses that may be dialled on the directory's word. */
  readonly believe: (addresses: readonly string[]) => string[]
  /** A connection to this peer at addresses that are believed. */
  readonly reach: (id: string, addresses: readonly string[]) => Promise<Connection>
  /** Who is connected. */
  readonly links: () => readonly Connection[]
  /** What to say of ourselves. */
  readonly describe: () => Pick<Presence, 'name' | 'addresses' | 'skills'>
}

interface Startable {
  start(): Promise<void>
  stop(): Promise<void>
}
interface RoutingTable {
  readonly size: number
  queueRoutingTableUpdate(peer: Connection['remotePeer'], options: { activeTimeout: number }): void
}
type Named = { readonly id: Connection['remotePeer']; readonly multiaddrs: readonly object[] }
type Listen = (type: 'peer', listener: (event: { readonly detail: Named }) => void) => void
type Table = ReturnType<ReturnType<typeof kadDHT>>

export class Directory {
  readonly #options: DirectoryOptions
  readonly #table: Table
  readonly #ping: Startable
  readonly #beyond: Beyond
  readonly #provided = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #telling = false

  private constructor(options: DirectoryOptions) {
    this.#options = options
    const { parts, network, serve, clock, believe, reach } = options
    this.#beyond = new Beyond({ parts, believe, reach, elapsed: clock.elapsed })
    const shelf = new Shelf(clock.elapsed)
    const { connectedOnly: connectionManager } = this.#beyond
    const pinging = ping()({ registrar: parts.registrar, connectionManager })
    this.#ping = pinging as unknown as Startable
    this.#table = kadDHT({
      protocol: `/peerwork/kad/${network}`,
      clientMode: !serve,
      allowQueryWithZeroPeers: true,
      // A network may live in a private range; what is dialled is decided where it is dialled.
      peerInfoMapper: passthroughMapper,
      validators: {
        [NAMESPACE]: (key, value) => {
          const { from } = this.#read(textOf(key), value)
          shelf.take(from)
        },
        pk: () => refuse('public keys are in the ids')
      },
      selectors: { [NAMESPACE]: (key, values) => this.#newest(textOf(key), values) },
      reprovide: { interval: PROVIDED_MS / 6, threshold: PROVIDED_MS / 2, validity: PROVIDED_MS },
      providers: { provideValidity: PROVIDED_MS, cleanupInterval: PROVIDED_MS / 6 }
    })(componentsOf(parts, this.#beyond, pinging))
    const table = this.#table as unknown as { addEventListener: Listen }
    table.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
      this.#beyond.heard(id.toString(), multiaddrs.map(String))
    })
    shelf.guard((this.#table as unknown as { providers: Parameters<Shelf['guard']>[0] }).providers)
  }

  static async open(options: DirectoryOptions): Promise<Directory> {
    const made = new Directory(options)
    await made.#ping.start()
    await (made.#table as unknown as Startable).start()
    made.#meet()
    made.#tellLater(FIRST_MS)
    return made
  }

  /** Peers in the routing table, count. */
  get size(): number {
    return this.#routes.size
  }

  get #routes(): RoutingTable {
    return (this.#table as unknown as { routingTable: RoutingTable }).routingTable
  }

  /** Say, or say again, where we are and what we offer; in the background, as well as it goes. */
  tell(): void {
    if (this.#telling) return
    this.#telling = true
    const over = (): void => {
      this.#telling = false
    }
    this.#tell().then(over, over)
  }

  /** Where a peer is by its own word; undefined when nobody knows. */
  async findPeer(id: string, travelling = this.#travelling()): Promise<Presence | undefined> {
    if (!isAgentId(id)) return undefined
    try {
      for await (const event of this.#table.get(keyOf(id), travelling)) {
        if (event.name === 'VALUE') return this.#read(`/${NAMESPACE}/${id}`, event.value)
      }
    } catch {
      // Nobody answered in time, or what came was not good.
    }
    return undefined
  }

  /** Peers that say they offer a skill, as they are found; the same one once. */
  async *findSkill(skill: string): AsyncGenerator<Presence, void, void> {
    const travelling = this.#travelling()
    const seen = new Set<string>([this.#options.identity.id])
    try {
      const key = cidOf(this.#options.network, skill)
      const events = this.#table.findProviders(key, travelling)
      for await (const event of events) {
        if (event.name !== 'PROVIDER') continue
        for (const { id } of event.providers) {
          const text = id.toString()
          if (seen.has(text) || seen.size > FOUND_MAX) continue
          seen.add(text)
          const presence = await this.findPeer(text, travelling)
          if (presence?.skills.includes(skill) === true) yield presence
        }
      }
    } catch {
      // What was found until now was told.
    }
  }

  #travelling(): Travelling {
    return this.#beyond.travelling(SEARCH_DIALS_MAX, AbortSignal.timeout(SEARCH_MS_MAX))
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await (this.#table as unknown as Startable).stop()
    await this.#ping.stop()
  }

  /** Soon and often while there is nobody to be told, then now and then. */
  #tellLater(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#meet()
      const alone = this.size === 0
      if (!alone) this.tell()
      this.#tellLater(alone ? FIRST_MS : TELL_EVERY_MS)
    }, ms).unref()
  }

  /**
   * Whoever was connected before the directory was opened, here or there, is not in the table: the
   * host learns what a peer speaks when it connects, and not again. Those that speak it answer.
   */
  #meet(): void {
    for (const { remotePeer, limits } of this.#options.links()) {
      if (limits !== undefined) continue
      this.#routes.queueRoutingTableUpdate(remotePeer, { activeTimeout: MEET_MS_MAX })
    }
  }

  async #tell(): Promise<void> {
    const { identity, network, clock, describe } = this.#options
    const now = clock.now()
    const said = describe()
    const body: Presence = {
      ...{ v: WIRE_VERSION, network, from: identity.id, issued: now },
      ...{ expires: now + PRESENCE_LIFE_MS, ...said }
    }
    const { bytes } = seal('presence', body, identity)
    const travelling = this.#beyond.travelling(TELL_DIALS_MAX, AbortSignal.timeout(TELL_MS_MAX))
    await drain(this.#table.put(keyOf(identity.id), bytes, travelling))
    for (const skill of said.skills) {
      await drain(this.#table.provide(cidOf(network, skill), travelling))
      this.#provided.add(skill)
    }
    for (const skill of this.#provided) {
      if (said.skills.includes(skill)) continue
      this.#provided.delete(skill)
      await this.#table.cancelReprovide(cidOf(network, skill))
    }
  }

  /** @throws PeerworkError or Error for what is no presence of the peer in the key */
  #read(key: string, value: Uint8Array): Presence {
    const { network, clock } = this.#options
    const [, space, sender = '', more] = key.split('/')
    if (space !== NAMESPACE || more !== undefined || !isAgentId(sender)) refuse('no such key')
    const opened = open(value, expectPresence({ network, sender, now: clock.now() }))
    if (!opened.ok) throw opened.error
    return opened.sealed.body
  }

  #newest(key: string, values: readonly Uint8Array[]): number {
    const issued = values.map((value) => {
      try {
        return this.#read(key, value).issued
      } catch {
        return -1
      }
    })
    return issued.indexOf(Math.max(...issued))
  }
}

const textOf = (key: Uint8Array): string => Buffer.from(key).toString()
const keyOf = (id: string): Uint8Array => Buffer.from(`/${NAMESPACE}/${id}`)

/** The key of a skill: another in every network, so that tables that meet do not mix. */
export function cidOf(network: string, skill: string): CID {
  const hash = digest(Buffer.from(`peerwork skill ${network} ${skill}`))
  return CID.createV1(raw.code, Digest.create(SHA_256, hash))
}

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _event of events) continue
}

function refuse(why: string): never {
  throw new Error(why)
}

type Components = Parameters<ReturnType<typeof kadDHT>>[0]

/** The host's parts, but every stream is opened over connections that we decide about. */
function componentsOf(parts: HostParts, beyond: Beyond, pinging: Components['ping']): Components {
  const { peerId, privateKey, registrar, addressManager, peerStore, datastore, events } = parts
  return {
    ...{ peerId, privateKey, registrar, addressManager, peerStore, datastore, events },
    ...{ connectionManager: beyond.connectionManager, logger: parts.logger, ping: pinging }
  }
}
