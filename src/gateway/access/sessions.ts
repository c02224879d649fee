/**
 * A person at a browser: signs in once with a link that the observer printed, and has a session.
 *
 * The link's ticket works once and for minutes; the session's cookie is kept here as a hash alone.
 */

import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../node/clock.ts'
import type { Audit } from './audit.ts'
import type { Caller } from './caller.ts'
import { attempt, inOne } from './database.ts'
import { hashOf, newSecret } from './secret.ts'

/** How long a printed link can be used, ms. */
export const TICKET_LIFE_MS = 15 * 60_000
/** A session ends when it is not used for so long, ms. */
const IDLE_MS_MAX = 12 * 60 * 60_000
/** … and in any case, ms. */
const LIFE_MS_MAX = 7 * 24 * 60 * 60_000
/**
 * Sessions at once, count, of people and of programs together. When there are more, the most silent
 * one ends of those who have more of them: programs that were killed leave theirs behind by the
 * dozen, and no person has to go for them.
 */
const SESSIONS_MAX = 64
/** How often use is written down, ms. */
const SEEN_EVERY_MS = 60_000

export const COOKIE = 'peerwork_session'
const STARTED = 'session.started'
/** Of a program: no person has found the way in by it. */
const LENT = 'session.lent'
const OWNER: Caller = { name: 'owner', by: 'session', scopes: ['admin'] }

export class Sessions {
  readonly #db: DatabaseSync
  readonly #clock: Clock
  readonly #audit: Audit

  constructor(db: DatabaseSync, clock: Clock, audit: Audit) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
  }

  /** A secret for a sign-in link. */
  ticket(): string {
    const secret = newSecret(this.#clock.random)
    const now = this.#clock.now()
    inOne(this.#db, () => {
      this.#db.prepare('DELETE FROM ticket WHERE expires <= ?').run(now)
      this.#db
        .prepare('INSERT INTO ticket (hash, expires) VALUES (?, ?)')
        .run(hashOf(secret), now + TICKET_LIFE_MS)
    })
    return secret
  }

  /** @returns a session's secret; undefined for a ticket that is wrong, over or used */
  signIn(ticket: string): string | undefined {
    // Looked at first: whoever guesses makes nothing be written.
    const hash = hashOf(ticket)
    const now = this.#clock.now()
    const held = this.#db.prepare('SELECT 1 FROM ticket WHERE hash = ? AND expires > ?')
    if (held.get(hash, now) === undefined) return undefined
    return inOne(this.#db, () => {
      const { changes } = this.#db.prepare('DELETE FROM ticket WHERE hash = ?').run(hash)
      return changes === 0 ? undefined : this.#start(now, STARTED)
    })
  }

  /** For a program of the owner's own, which needs no link. @returns the session's secret */
  lend(): string {
    return inOne(this.#db, () => this.#start(this.#clock.now(), LENT))
  }

  #start(now: number, what: string): string {
    const secret = newSecret(this.#clock.random)
    this.#db
      .prepare('INSERT INTO session (hash, created, seen) VALUES (?, ?, ?)')
      .run(hashOf(secret), now, now)
    if (what === LENT) this.#db.prepare('INSERT INTO lent (hash) VALUES (?)').run(hashOf(secret))
    this.#forget(now, hashOf(secret))
    this.#audit.note('owner', what)
    return secret
  }

  /** What is over, and what is too much beside the newest. */
  #forget(now: number, newest: Uint8Array): void {
    this.#db
      .prepare('DELETE FROM session WHERE seen < ? OR created < ?')
      .run(now - IDLE_MS_MAX, now - LIFE_MS_MAX)
    this.#db
      .prepare(
        `DELETE FROM session WHERE hash IN (
           SELECT hash FROM (
             SELECT session.hash, seen, lent.hash IS NULL AS person,
               count(*) OVER (PARTITION BY lent.hash IS NULL) AS alike
             FROM session LEFT JOIN lent ON lent.hash = session.hash)
           WHERE hash <> ? ORDER BY alike DESC, person, seen, hash
           LIMIT max(0, (SELECT count(*) FROM session) - ?))`
      )
      .run(newest, SESSIONS_MAX)
    this.#db.exec('DELETE FROM lent WHERE hash NOT IN (SELECT hash FROM session)')
  }

  /** Whether a person ever signed in here, as far as the audit log goes back. */
  everStarted(): boolean {
    return this.#audit.knows(STARTED)
  }

  find(secret: string): Caller | undefined {
    const hash = hashOf(secret)
    const row = this.#db.prepare('SELECT created, seen FROM session WHERE hash = ?').get(hash) as
      | { created: number; seen: number }
      | undefined
    const now = this.#clock.now()
    if (row === undefined) return undefined
    if (now - row.seen > IDLE_MS_MAX || now - row.created > LIFE_MS_MAX) return undefined
    if (now - row.seen > SEEN_EVERY_MS) {
      attempt(this.#db, () => {
        this.#db.prepare('UPDATE session SET seen = ? WHERE hash = ?').run(now, hash)
      })
    }
    return OWNER
  }

  signOut(secret: string): void {
    inOne(this.#db, () => {
      const end = this.#db.prepare('DELETE FROM session WHERE hash = ?')
      if (end.run(hashOf(secret)).changes > 0) this.#audit.note('owner', 'session.ended')
    })
  }
}
