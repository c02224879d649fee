/**
 * Links that were given away: made once, shown once, kept as a hash, and ended at once.
 *
 * Who looks at one is told the same whatever is wrong with it; so `find` says only whether it is
 * open.
 */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Clock } from '../../node/clock.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Audit } from '../access/audit.ts'
import { inOne } from '../access/database.ts'
import { hashOf, newSecret } from '../access/secret.ts'
import { endOf, HOURS_MAX, PROFILE_DEFAULT, PROFILES, VIEWS_MAX } from './share.ts'
import type { NewShare, Profile, ShareInfo } from './share.ts'

/** Open links at once, count: a person can no longer look through more. */
const OPEN_MAX = 1_000
/** How long one that has ended stays in the list, ms. */
const REMEMBERED_MS = 90 * 24 * 60 * 60_000
/** Links in the list, open and ended, count: the oldest that have ended go first. */
const ROWS_MAX = 5_000
const ID_BYTES = 6

const OPEN = 'revoked IS NULL AND expires > ? AND (most IS NULL OR views < most)'

export class Shares {
  readonly #db: DatabaseSync
  readonly #clock: Clock
  readonly #audit: Audit

  constructor(db: DatabaseSync, clock: Clock, audit: Audit) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
  }

  /**
   * @returns with the token, which cannot be shown again
   * @throws PeerworkError `BAD_OPTION`, `STORE_FULL`, `STORE_FAILED`
   */
  create(wanted: NewShare, who: string): ShareInfo & { readonly token: string } {
    const { trace, profile = PROFILE_DEFAULT, hours, maxViews } = wanted
    if (hours !== undefined && !isCount(hours, HOURS_MAX)) {
      throw new PeerworkError('BAD_OPTION', `a link lives 1 to ${HOURS_MAX} hours`)
    }
    if (maxViews !== undefined && !isCount(maxViews, VIEWS_MAX)) {
      throw new PeerworkError('BAD_OPTION', `a link is for 1 to ${VIEWS_MAX} views`)
    }
    const { random, now: read } = this.#clock
    const [id, token, now] = [
      Buffer.from(random(ID_BYTES)).toString('hex'),
      newSecret(random),
      read()
    ]
    const row = [id, hashOf(token), trace, profile, who, now, endOf(now, hours), maxViews ?? null]
    return inOne(this.#db, () => {
      this.#makeRoom(now)
      this.#db
        .prepare(
          `INSERT INTO share (id, hash, trace, profile, by, created, expires, most)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
        )
        .run(...row)
      this.#audit.note(who, 'share.created', `${id}: ${trace} (${profile})`)
      return { ...this.#get(id, now), token }
    })
  }

  #makeRoom(now: number): void {
    const open = this.#db.prepare(`SELECT count(*) AS n FROM share WHERE ${OPEN}`).get(now)
    if (((open?.['n'] ?? 0) as number) >= OPEN_MAX) {
      throw new PeerworkError('BAD_OPTION', `${OPEN_MAX} links are open: revoke some first`)
    }
    this.#db
      .prepare(
        `DELETE FROM share WHERE NOT (${OPEN}) AND (max(created, expires) < ? OR id NOT IN (
           SELECT id FROM share ORDER BY created DESC, id LIMIT ?))`
      )
      .run(now, now - REMEMBERED_MS, ROWS_MAX)
  }

  #get(id: string, now: number): ShareInfo {
    const row = this.#db.prepare('SELECT * FROM share WHERE id = ?').get(id)
    return infoOf(row as Row, now)
  }

  /** Newest first. */
  list(): readonly ShareInfo[] {
    const now = this.#clock.now()
    const rows = this.#db.prepare('SELECT * FROM share ORDER BY created DESC, id').all()
    return rows.map((row) => infoOf(row, now))
  }

  /** From this moment on. @returns nothing when there is no such link */
  revoke(id: string, who: string): ShareInfo | undefined {
    const now = this.#clock.now()
    return inOne(this.#db, () => {
      const row = this.#db.prepare('SELECT * FROM share WHERE id = ?').get(id)
      if (row === undefined) return undefined
      if (row['revoked'] === null) this.#end({ id, trace: row['trace'] as string, now }, who)
      return this.#get(id, now)
    })
  }

  /** All that are open to these traces: when one of them comes back, they do not. */
  revokeOf(traces: readonly string[], who: string): void {
    const now = this.#clock.now()
    inOne(this.#db, () => {
      const open = this.#db.prepare(`SELECT id FROM share WHERE trace = ? AND ${OPEN}`)
      for (const trace of traces) {
        for (const { id } of open.all(trace, now)) this.#end({ id: id as string, trace, now }, who)
      }
    })
  }

  #end({ id, trace, now }: { id: string; trace: string; now: number }, who: string): void {
    this.#db.prepare('UPDATE share SET revoked = ? WHERE id = ?').run(now, id)
    this.#audit.note(who, 'share.revoked', `${id}: ${trace}`)
  }

  /** The link of this token, while it is open. */
  find(token: string): ShareInfo | undefined {
    const now = this.#clock.now()
    const row = this.#db
      .prepare(`SELECT * FROM share WHERE hash = ? AND ${OPEN}`)
      .get(hashOf(token), now)
    return row === undefined ? undefined : infoOf(row, now)
  }

  /**
   * Count one view, in one step: of two that come for the last one, one gets it.
   *
   * @returns false when the link has ended meanwhile
   * @throws PeerworkError `STORE_FULL`, `STORE_FAILED`: what cannot be counted is not shown
   */
  view(id: string): boolean {
    const now = this.#clock.now()
    return inOne(this.#db, () => {
      const count = `UPDATE share SET views = views + 1, seen = ? WHERE id = ? AND ${OPEN}`
      return this.#db.prepare(count).run(now, id, now).changes > 0
    })
  }
}

const isCount = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= most

type Row = Record<string, SQLOutputValue>
const isProfile = (word: unknown): word is Profile =>
  (PROFILES as readonly unknown[]).includes(word)
const numberOr = (value: SQLOutputValue | undefined): number | null =>
  typeof value === 'number' ? value : null

function infoOf(row: Row, now: number): ShareInfo {
  const profile = row['profile']
  const [expires, views] = [row['expires'] as number, row['views'] as number]
  const [revoked, maxViews] = [numberOr(row['revoked']), numberOr(row['most'])]
  return {
    id: row['id'] as string,
    trace: row['trace'] as string,
    // Of a profile that this version does not know the least is shown.
    profile: isProfile(profile) ? profile : 'shape',
    by: row['by'] as string,
    created: row['created'] as number,
    ...{ expires, revoked, maxViews, views, seen: numberOr(row['seen']) },
    state: stateOf({ expires, revoked, maxViews, views }, now)
  }
}

type Bounds = Pick<ShareInfo, 'expires' | 'revoked' | 'maxViews' | 'views'>

function stateOf({ expires, revoked, maxViews, views }: Bounds, now: number): ShareInfo['state'] {
  if (revoked !== null) return 'revoked'
  if (expires <= now) return 'expired'
  return maxViews !== null && views >= maxViews ? 'used-up' : 'open'
}
