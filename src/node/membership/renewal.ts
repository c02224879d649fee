/** Keeping the own certificate fresh: at half of its life, from any admin that is there. */

import type { Connection } from '@libp2p/interface'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { PeerworkError } from '../../protocol/errors.ts'
import type { Credential, Membership } from '../../protocol/membership/credential.ts'

/** When nobody renewed it: again after this part of its life, but neither sooner nor later than… */
const AGAIN_SHARE = 1 / 32
const AGAIN_MS_MIN = 500
const AGAIN_MS_MAX = 60_000
/** Timers overflow at 24 days; ms. */
const WAIT_MS_MAX = 24 * 60 * 60 * 1000

export interface RenewalOptions {
  readonly now: () => number
  /** The own membership; a guest has none. */
  readonly own: () =>
    | { readonly credential: Credential; readonly membership: Membership }
    | undefined
  /** Connected admins. */
  readonly admins: () => readonly Connection[]
  readonly ask: (admin: Connection, credential: Credential) => Promise<Credential>
  /** A new certificate came. @throws when it is not what it should be */
  readonly adopt: (credential: Credential) => void
  readonly failed: (error: PeerworkError) => void
}

export class Renewal {
  readonly #options: RenewalOptions
  #timer: NodeJS.Timeout | undefined
  #busy = false
  #stopped = false

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  /** Look whether it is time, now and from then on. An admin that connects is a reason to look. */
  async look(): Promise<void> {
    if (this.#busy || this.#stopped) return
    this.#busy = true
    try {
      if (this.#due() <= 0) await this.#renew()
    } finally {
      this.#busy = false
      this.#schedule()
    }
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** ms until it is time; below zero when it was. */
  #due(): number {
    const own = this.#options.own()
    if (own === undefined) return WAIT_MS_MAX
    // A changed key lives on the old one's certificate until an admin has seen it.
    if (own.credential.succession !== undefined) return 0
    const { issued, expires } = own.membership
    return issued + (expires - issued) / 2 - this.#options.now()
  }

  async #renew(): Promise<void> {
    const { admins, ask, adopt, own, failed } = this.#options
    for (const admin of admins()) {
      const shown = own()
      if (shown === undefined || this.#stopped) return
      try {
        adopt(await ask(admin, shown.credential))
        if (this.#due() > 0) return
      } catch (error) {
        failed(toPeerworkError(error))
      }
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    const own = this.#options.own()
    const life = own === undefined ? 0 : own.membership.expires - own.membership.issued
    const again = Math.min(AGAIN_MS_MAX, Math.max(AGAIN_MS_MIN, life * AGAIN_SHARE))
    const wait = Math.min(WAIT_MS_MAX, Math.max(again, this.#due()))
    this.#timer = setTimeout(() => void this.look(), wait).unref()
  }
}
