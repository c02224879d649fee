/**
 * When the directory is used: it is opened when the network has outgrown what agents tell each
 * other, or when the operator wants it, and asked when somebody is sought whom we do not know.
 */

import type { Connection } from '@libp2p/interface'
import { toPeerworkError } from '../../protocol/errors.ts'
import { isAgentId } from '../../protocol/identity.ts'
import type { Identity } from '../../protocol/identity.ts'
import { HINTS_MAX } from '../../protocol/message/card.ts'
import type { Presence } from '../../protocol/message/presence.ts'
import { believable, plain, scopeOf } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { importGuarded } from '../guarded-import.ts'
import type { Logger } from '../logger.ts'
import type { OwnCard } from '../own-card.ts'
import type { Directory } from './directory.ts'
import type { HostParts } from './parts.ts'

/** One dial for the directory, ms. */
const DIAL_MS_MAX = 5_000
/** How long a network has to be large before the directory is opened, at most, ms. */
const OPEN_AFTER_MS = 30_000
/** The same search is made again after so long, ms. */
const AGAIN_MS = 5_000
/** Searches remembered, count. */
const SEARCHES_MAX = 256
/** As a link of each kind has it: what is believed at most is what came over such a link. */
const PUBLIC_LINK = '/ip4/1.1.1.1/tcp/1'

export interface LookupOptions {
  readonly parts: HostParts
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  readonly log: Logger
  /** Only members are here, so their word counts for more. */
  readonly owned: boolean
  /** True: from the start; false: never; undefined: when the network is large. */
  readonly dht: boolean | undefined
  /** Whether others can dial us; who cannot be dialled only asks. */
  readonly serve: () => boolean
  readonly links: () => readonly Connection[]
  readonly dial: (addresses: readonly string[], signal: AbortSignal) => Promise<Connection>
  readonly offer: (id: string, addresses: readonly string[]) => void
  /** A link is being made for a search, and not for company. */
  readonly spare: (id: string) => void
  readonly describe: () => Pick<Presence, 'name' | 'addresses' | 'skills'>
}

export class Lookup {
  readonly #options: LookupOptions
  readonly #asked = new Map<string, number>()
  #directory: Promise<Directory> | undefined
  #opening: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: LookupOptions) {
    this.#options = options
  }

  get open(): boolean {
    return this.#directory !== undefined
  }

  /** @param known how many are known, connected or not */
  consider(known: number): void {
    const { dht, clock } = this.#options
    if (dht === true) return this.#openNow()
    if (dht === false || known < HINTS_MAX || this.#stopped) return
    // Not while a large network forms, and not all of it at once.
    const ms = OPEN_AFTER_MS * (0.5 + clock.chance() / 2)
    this.#opening ??= setTimeout(() => this.#openNow(), ms).unref()
  }

  #openNow(): void {
    const { log } = this.#options
    if (this.#stopped || this.#directory !== undefined) return
    this.#directory = this.#load()
    this.#directory.then(
      () => log.info({}, 'the directory of the network is open'),
      (error: unknown) => log.warn({ why: toPeerworkError(error).message }, 'no directory')
    )
  }

  /** What we say of ourselves has changed. */
  tell(): void {
    void this.#directory?.then((directory) => directory.tell()).catch(() => undefined)
  }

  /** Look for a peer by its id, or for whoever offers a skill; who is found is dialled. */
  async seek({ skill, peer }: { skill?: string; peer?: string | undefined }): Promise<void> {
    // Whoever is about to need it does not wait for the calm.
    if (this.#opening !== undefined) this.#openNow()
    const key = peer ?? skill ?? ''
    const { elapsed } = this.#options.clock
    const asked = this.#asked.get(key)
    if (this.#directory === undefined || (asked !== undefined && elapsed() - asked < AGAIN_MS)) {
      return
    }
    this.#asked.delete(key)
    this.#asked.set(key, elapsed())
    const [oldest = ''] = this.#asked.keys()
    if (this.#asked.size > SEARCHES_MAX) this.#asked.delete(oldest)
    const directory = await this.#directory.catch(() => undefined)
    if (directory === undefined) return
    if (peer === undefined) {
      for await (const presence of directory.findSkill(skill ?? '')) this.#offer(presence)
    } else if (isAgentId(peer)) {
      const presence = await directory.findPeer(peer)
      if (presence !== undefined) this.#offer(presence)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#opening)
    await (await this.#directory?.catch(() => undefined))?.stop()
  }

  async #load(): Promise<Directory> {
    const { parts, identity, network, clock, links, describe, serve } = this.#options
    const { dial, spare } = this.#options
    const { Directory: DirectoryClass } = await importGuarded(() => import('./directory.ts'))
    return DirectoryClass.open({
      ...{ parts, identity, network, clock, links, describe, serve: serve() },
      believe: (addresses) => this.#believed(addresses),
      reach: (id, addresses) => {
        spare(id)
        const ways = addresses.map((address) => `${address}/p2p/${id}`)
        return dial(ways, AbortSignal.timeout(DIAL_MS_MAX))
      }
    })
  }

  #offer({ from, addresses }: Presence): void {
    this.#options.offer(from, this.#believed(addresses))
  }

  /**
   * Nobody knows over how many links a word in the directory came. Private addresses are dialled
   * where all of our links are private, or where members alone could have told them.
   */
  #believed(addresses: readonly string[]): string[] {
    const { links, owned } = this.#options
    const all = links().map(({ remoteAddr }) => remoteAddr.toString())
    const reaching = (scope: string): string[] => all.filter((one) => scopeOf(one) === scope)
    const house = reaching('private')[0]
    const local = reaching('loopback').length === all.length ? all[0] : undefined
    const near = owned || reaching('public').length === 0 ? (local ?? house) : undefined
    return believable(addresses.map(plain), near ?? PUBLIC_LINK)
  }
}

/** What the directory is told of what our card says. */
export function presenceOf({
  name,
  addresses,
  skills
}: Pick<OwnCard, 'name' | 'addresses' | 'skills'>): Pick<
  Presence,
  'name' | 'addresses' | 'skills'
> {
  return { name, addresses, skills: skills.map((offer) => offer.name) }
}
