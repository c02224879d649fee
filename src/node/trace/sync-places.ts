/**
 * Places for those who ask about traces: so many at once, and whoever makes up keys does not get
 * all of them.
 *
 * Somebody named comes before strangers. Among equals whoever has fewer in its region, then at its
 * address, then under its key, comes before who has more: the youngest of the most crowded makes
 * room. So one who has made up a hundred observers takes what nobody else wants, and no more.
 */

import { PeerworkError } from '../../protocol/errors.ts'
import type { SyncAsker } from './sync-asker.ts'

/** When whoever had to make room may ask again, ms. */
const RETRY_MS = 5_000

export interface SyncPlacesOptions {
  /** At once, count. */
  readonly max: number
  /** Of them under one key, count. */
  readonly ofOneMax: number
  /** Whoever has had a place for longer makes room for its equal, ms; never unless it is given. */
  readonly turnMs?: number
  /** Monotonic clock, ms. */
  readonly elapsed: () => number
}

export class SyncPlace {
  readonly asker: SyncAsker
  readonly since: number
  readonly #cut = new AbortController()
  readonly #left: () => void

  constructor(asker: SyncAsker, since: number, left: () => void) {
    this.asker = asker
    this.since = since
    this.#left = left
  }

  /** Aborts when nothing more may be sent; its reason is the `PeerworkError` to say. */
  get cut(): AbortSignal {
    return this.#cut.signal
  }

  giveUp(error: PeerworkError): void {
    this.leave()
    this.#cut.abort(error)
  }

  /** Somebody else may have it. */
  leave(): void {
    this.#left()
  }
}

export class SyncPlaces {
  readonly #options: SyncPlacesOptions
  /** The oldest first. */
  readonly #taken = new Set<SyncPlace>()

  constructor(options: SyncPlacesOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#taken.size
  }

  /** A place, somebody else's perhaps; nothing when there is none for this asker. */
  take(asker: SyncAsker): SyncPlace | undefined {
    const { max, ofOneMax, elapsed } = this.#options
    const taken = [...this.#taken]
    if (taken.filter((place) => place.asker.peer === asker.peer).length >= ofOneMax) {
      return undefined
    }
    if (taken.length >= max) {
      const yielding = this.#yields(taken, asker)
      if (yielding === undefined) return undefined
      yielding.giveUp(crowded())
    }
    const place: SyncPlace = new SyncPlace(asker, elapsed(), () => this.#taken.delete(place))
    this.#taken.add(place)
    return place
  }

  #yields(taken: readonly SyncPlace[], asker: SyncAsker): SyncPlace | undefined {
    const strangers = taken.filter((place) => !place.asker.named)
    if (asker.named && strangers.length > 0) return youngestOfMost(strangers)
    const equals = asker.named ? taken : strangers
    return overShare(equals, asker) ?? this.#overdue(equals)
  }

  #overdue(equals: readonly SyncPlace[]): SyncPlace | undefined {
    const { turnMs = Infinity, elapsed } = this.#options
    return equals.find(({ since }) => elapsed() - since >= turnMs)
  }
}

export const crowded = (): PeerworkError =>
  new PeerworkError('BUSY', 'too many questions about traces', { retryAfterMs: RETRY_MS })

const LEVELS: readonly ((asker: SyncAsker) => string)[] = [
  ...[({ region }: SyncAsker) => region, ({ place }: SyncAsker) => place],
  ({ peer }) => peer
]

/** Who has so many more than the asker that it would still have as many with one less. */
function overShare(equals: readonly SyncPlace[], asker: SyncAsker): SyncPlace | undefined {
  let among = equals
  for (const level of LEVELS) {
    const groups = Map.groupBy(among, (place) => level(place.asker))
    const own = groups.get(level(asker)) ?? []
    const most = largest(groups)
    if (most.length > own.length + 1) return youngestOfMost(most)
    among = own
  }
  return undefined
}

function youngestOfMost(places: readonly SyncPlace[]): SyncPlace | undefined {
  let among = places
  for (const level of LEVELS) among = largest(Map.groupBy(among, (place) => level(place.asker)))
  return among.at(-1)
}

/** Of several the one that came last. */
const largest = (groups: ReadonlyMap<string, readonly SyncPlace[]>): readonly SyncPlace[] =>
  [...groups.values()].reduce((most, one) => (one.length >= most.length ? one : most), [])
