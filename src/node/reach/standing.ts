/**
 * Whether others can dial this agent: `open`, `closed`, or `unknown` while nobody has told.
 *
 * Every peer tells from where it sees us. An address that is none of our own means a translator in
 * between, through which nobody comes in, unless a peer that is asked to dial back gets through (a
 * forwarded port). An own address means an open way, unless a firewall says otherwise to a peer
 * that tries. libp2p's AutoNAT asks for eight answers from eight networks before it says no, which
 * a small network never has.
 */

import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Clock } from '../clock.ts'
import type { PortSeen } from '../diagnosis/dial-back.ts'

/** How long a first view waits before a peer is asked to look, ms: ports and peers settle. */
const LOOK_AFTER_MS = 1_500
/** Peers that are asked, count, and how long their answer counts, ms. */
const LOOKS_MAX = 3
const LOOK_AGE_MS_MAX = 10 * 60_000
/** Views kept, count: more than any preset connects to. */
const VIEWS_MAX = 512

export type Verdict = 'unknown' | 'open' | 'closed'

export interface StandingOptions {
  readonly clock: Pick<Clock, 'elapsed'>
  /** The port we listen at; undefined when we do not. */
  readonly port: () => number | undefined
  /** Addresses of our own interfaces. */
  readonly own: () => ReadonlySet<string>
  /** Ask a peer to dial that port. */
  readonly look: (peer: string, port: number) => Promise<PortSeen>
  /** The verdict, or the address under which we are seen, is another now. */
  readonly changed: () => void
}

interface View {
  readonly host: string
  readonly own: boolean
  state: PortSeen['state'] | undefined
  /** By the monotonic clock, ms. */
  looked: number | undefined
}

export class Standing {
  readonly #options: StandingOptions
  readonly #views = new Map<string, View>()
  #timer: NodeJS.Timeout | undefined
  #told = ''
  #stopped = false

  constructor(options: StandingOptions) {
    this.#options = options
  }

  /** A peer sees us at this IP address. */
  seen(peer: string, host: string): void {
    if (isIP(host) === 0 || this.#stopped) return
    const known = this.#views.get(peer)
    if (known?.host === host) return
    const own = this.#options.own().has(host)
    this.#views.set(peer, { host, own, state: undefined, looked: undefined })
    const [oldest = ''] = this.#views.keys()
    if (this.#views.size > VIEWS_MAX) this.#views.delete(oldest)
    this.#tell()
    this.#timer ??= setTimeout(() => void this.#lookAround(), LOOK_AFTER_MS).unref()
  }

  left(peer: string): void {
    this.#views.delete(peer)
    this.#tell()
  }

  get verdict(): Verdict {
    const all = [...this.#views.values()]
    if (all.some(({ own, state }) => !own && state === 'open')) return 'open'
    if (all.some(({ own }) => !own)) return 'closed'
    if (all.length === 0) return 'unknown'
    const looked = all.filter(({ state }) => state !== undefined)
    const shut = looked.length > 0 && looked.every(({ state }) => state !== 'open')
    return shut ? 'closed' : 'open'
  }

  /** Addresses that are not of our own interfaces, and under which we were reached. */
  get forwarded(): string[] {
    const port = this.#options.port()
    const open = [...this.#views.values()].filter(({ own, state }) => !own && state === 'open')
    if (port === undefined) return []
    return [...new Set(open.map(({ host }) => `/ip${isIP(host)}/${host}/tcp/${port}`))]
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** Those that see us at a foreign address first: theirs is the view that matters. */
  async #lookAround(): Promise<void> {
    const port = this.#options.port()
    const { elapsed } = this.#options.clock
    const fresh = (view: View): boolean => {
      return view.looked !== undefined && elapsed() - view.looked < LOOK_AGE_MS_MAX
    }
    const views = [...this.#views].toSorted(([, one], [, other]) => {
      return Number(one.own) - Number(other.own)
    })
    const open = views.filter(([, view]) => !fresh(view) && !isLoopback(view.host))
    const room = LOOKS_MAX - views.filter(([, view]) => fresh(view)).length
    if (port !== undefined) {
      await Promise.all(open.slice(0, Math.max(0, room)).map((one) => this.#look(...one, port)))
    }
    if (this.#stopped) return
    this.#tell()
    this.#timer = setTimeout(() => void this.#lookAround(), LOOK_AGE_MS_MAX / 2).unref()
  }

  async #look(peer: string, view: View, port: number): Promise<void> {
    view.looked = this.#options.clock.elapsed()
    try {
      const { state, from } = await this.#options.look(peer, port)
      if (from.endsWith(`/${view.host}`)) view.state = state
    } catch {
      // It does not look, for reasons of its own; that says nothing about us.
    }
  }

  #tell(): void {
    const now = [this.verdict, ...this.forwarded].join(' ')
    if (now === this.#told) return
    this.#told = now
    this.#options.changed()
  }
}

const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1'

/** The port of the first of some addresses. */
export function portOf([first]: readonly string[]): number | undefined {
  const port = /\/tcp\/(\d+)/.exec(first ?? '')?.[1]
  return port === undefined ? undefined : Number(port)
}

/** Addresses of our own interfaces. */
export function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return new Set(all.map(({ address }) => address))
}
