/**
 * Who asked for work and was not admitted, for the operator, who may want to let them in.
 *
 * Keys cost nothing and requests little: each peer is told of once in a while, and all together
 * slowly enough to be read.
 */

import type { Admission } from '../tasks/admission.ts'
import type { RefusedPeer } from './api.ts'
import { Broadcast } from './broadcast.ts'
import type { Clock } from './clock.ts'
import { TokenBucket } from './token-bucket.ts'
import type { Rate } from './token-bucket.ts'

/** Between two words of the same peer, ms: whoever goes on asking is still there then. */
const AGAIN_MS = 10 * 60_000
/** All peers together: a screen's worth at once, then one in ten seconds. */
const ALL: Rate = { burst: 16, perSecond: 0.1 }
/** Peers that were told of and are remembered, count: more than `ALL` tells of in `AGAIN_MS`. */
const TOLD_MAX = 128

export class Refused {
  readonly events = new Broadcast<RefusedPeer>()
  readonly #elapsed: Clock['elapsed']
  readonly #nameOf: (id: string) => string | null
  readonly #all: TokenBucket
  /** When each was told of, the oldest first. */
  readonly #told = new Map<string, number>()

  constructor({ elapsed }: Pick<Clock, 'elapsed'>, nameOf: (id: string) => string | null) {
    this.#elapsed = elapsed
    this.#nameOf = nameOf
    this.#all = new TokenBucket(ALL, elapsed)
  }

  /** The same admission, and whom its list keeps out is told of. */
  watching(admission: Admission): Admission {
    const check = (peer: string): void => {
      if (admission.mode() !== 'members' && !admission.admits(peer)) this.#note(peer)
      admission.check(peer)
    }
    return { ...admission, check }
  }

  #note(id: string): void {
    const now = this.#elapsed()
    const told = this.#told.get(id)
    if (told !== undefined && now - told < AGAIN_MS) return
    if (this.#all.take() === undefined) return
    this.#told.delete(id)
    this.#told.set(id, now)
    const [oldest = ''] = this.#told.keys()
    if (this.#told.size > TOLD_MAX) this.#told.delete(oldest)
    this.events.send({ id, name: this.#nameOf(id) })
  }
}
