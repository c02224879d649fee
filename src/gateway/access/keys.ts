/**
 * API keys: made once, shown once, kept as a hash.
 *
 * A key's row stays after it was revoked, so that the audit log and old traces keep its name.
 */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Clock } from '../../node/clock.ts'
import type { Audit } from './audit.ts'
import { attempt, inOne } from './database.ts'
import { SCOPES } from './caller.ts'
import type { Caller, Scope } from './caller.ts'
import { hashOf, keyId, newKey, sameHash } from './secret.ts'

/** Keys at once, count: a person can no longer look through more. */
const KEYS_MAX = 1_000
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u
/** How agents' ids begin: what a key tells must not look as if an agent had. */
const AGENT = /^(?:12D3KooW|16Uiu2|Qm)/i
/** Who stands in the audit log without a key. */
const SOMEBODY = /^(?:owner|nobody)$/i
/** How often the last use is written, ms: what matters is whether a key is used at all. */
const USED_EVERY_MS = 60_000

export interface KeyInfo {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** ms since 1970, like all times here. */
  readonly created: number
  readonly expires: number | null
  readonly used: number | null
  readonly revoked: number | null
}

export interface NewKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** ms since 1970 */
  readonly expires?: number
}

export class Keys {
  readonly #db: DatabaseSync
  readonly #clock: Clock
  readonly #audit: Audit

  constructor(db: DatabaseSync, clock: Clock, audit: Audit) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
  }

  /**
   * @returns with the key itself, which cannot be shown again
   * @throws PeerworkError `BAD_OPTION` for a name that is taken or none
   */
  create({ name, scopes, expires }: NewKey, who: string): KeyInfo & { readonly key: string } {
    if (!NAME.test(name) || AGENT.test(name) || SOMEBODY.test(name))
      throw new PeerworkError('BAD_OPTION', `"${name}" is no name for a key`)
    if (scopes.length === 0) throw new PeerworkError('BAD_OPTION', 'a key needs a scope')
    const now = this.#clock.now()
    if (expires !== undefined && expires <= now) {
      throw new PeerworkError('BAD_OPTION', 'a key cannot expire before it is made')
    }
    const all = this.list()
    if (all.some((other) => other.name === name)) {
      throw new PeerworkError('BAD_OPTION', `there is, or was, a key "${name}"; names stay taken`)
    }
    if (all.length >= KEYS_MAX) throw new PeerworkError('BAD_OPTION', `more than ${KEYS_MAX} keys`)
    const { id, key } = newKey(this.#clock.random)
    const row = [id, name, scopes.join(','), hashOf(key), now, expires ?? null] as const
    inOne(this.#db, () => {
      this.#db
        .prepare(
          'INSERT INTO key (id, name, scopes, hash, created, expires) VALUES (?, ?, ?, ?, ?, ?)'
        )
        .run(...row)
      this.#audit.note(who, 'key.created', `${name} (${scopes.join(', ')})`)
    })
    const info = { id, name, scopes, created: now, expires: expires ?? null }
    return { ...info, used: null, revoked: null, key }
  }

  list(): readonly KeyInfo[] {
    return this.#db.prepare('SELECT * FROM key ORDER BY created').all().map(infoOf)
  }

  /** By id or name. @throws PeerworkError `BAD_OPTION` when there is none */
  revoke(which: string, who: string): KeyInfo {
    const row = this.#db.prepare('SELECT * FROM key WHERE id = ? OR name = ?').get(which, which)
    if (row === undefined) throw new PeerworkError('BAD_OPTION', `there is no key "${which}"`)
    const info = infoOf(row)
    if (info.revoked !== null) return info
    const revoked = this.#clock.now()
    inOne(this.#db, () => {
      this.#db.prepare('UPDATE key SET revoked = ? WHERE id = ?').run(revoked, info.id)
      this.#audit.note(who, 'key.revoked', info.name)
    })
    return { ...info, revoked }
  }

  /** Who bears the key; undefined for one that is wrong, over or revoked. */
  find(key: string): Caller | undefined {
    const id = keyId(key)
    if (id === undefined) return undefined
    const row = this.#db.prepare('SELECT * FROM key WHERE id = ?').get(id)
    // Always one comparison, so that time tells nothing of which part was wrong.
    const right = sameHash(hashOf(key), row === undefined ? NO_HASH : (row['hash'] as Uint8Array))
    if (row === undefined || !right) return undefined
    const { name, scopes, expires, used, revoked } = infoOf(row)
    const now = this.#clock.now()
    if (revoked !== null || (expires !== null && expires <= now)) return undefined
    if (used === null || now - used > USED_EVERY_MS) {
      attempt(this.#db, () => {
        this.#db.prepare('UPDATE key SET used = ? WHERE id = ?').run(now, id)
      })
    }
    return { name, by: 'key', scopes }
  }
}

const NO_HASH = hashOf('')

const isScope = (word: string): word is Scope => (SCOPES as readonly string[]).includes(word)
const numberOr = (value: SQLOutputValue | undefined): number | null =>
  typeof value === 'number' ? value : null

function infoOf(row: Record<string, SQLOutputValue>): KeyInfo {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    scopes: (row['scopes'] as string).split(',').filter(isScope),
    created: row['created'] as number,
    expires: numberOr(row['expires']),
    used: numberOr(row['used']),
    revoked: numberOr(row['revoked'])
  }
}
