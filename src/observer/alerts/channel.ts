/** Where alerts go besides the list: kept with their secrets, shown without them. */

import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod/mini'
import type { Clock } from '../../node/clock.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Guard } from '../post.ts'
import { plain } from './alert.ts'
import { together } from './database.ts'
import { slug } from './rule.ts'
import { faultIn } from './rules.ts'

const CHANNELS_MAX = 20
const URL_MAX = 2_000
const RECIPIENTS_MAX = 20
/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/
const ERROR_BYTES = 300

const url = z.string().check(
  z.maxLength(URL_MAX),
  z.refine((text) => URL.canParse(text), 'not a URL')
)
const common = { enabled: z.boolean() }
const shape = z.discriminatedUnion('kind', [
  z.strictObject({
    ...{ kind: z.literal('webhook'), ...common, url },
    /** Kept or made when absent. */
    secret: z.optional(z.string().check(z.regex(SECRET, 'whsec_ and base64 of 24 to 64 bytes')))
  }),
  z.strictObject({ kind: z.literal('slack'), ...common, url }),
  z.strictObject({
    ...{ kind: z.literal('email'), ...common },
    to: z
      .array(z.email().check(z.maxLength(254)))
      .check(z.minLength(1), z.maxLength(RECIPIENTS_MAX))
  })
])
/** What a channel is set to with. */
export const channelShape = shape

export type Channel = z.infer<typeof shape> & { readonly id: string }

/** Without what could be used to send in our name, or to read there. */
export interface ChannelView {
  readonly id: string
  readonly kind: Channel['kind']
  readonly enabled: boolean
  /** A host or addresses: of a URL the path may be the secret. */
  readonly target: string
  /** Waiting to be sent, count. */
  readonly waiting: number
  /** ms since 1970 */
  readonly okAt: number | null
  readonly failedAt: number | null
  readonly error: string | null
}

export interface ChannelParts {
  readonly db: DatabaseSync
  readonly clock: Pick<Clock, 'now' | 'random'>
  readonly guard: Guard
  /** Whether there is a server for e-mail. */
  readonly canMail: boolean
}

export class Channels {
  readonly #parts: ChannelParts
  readonly #channels = new Map<string, Channel>()

  constructor(parts: ChannelParts) {
    this.#parts = parts
    for (const { id, body } of parts.db.prepare('SELECT id, body FROM channel').all()) {
      const read = shape.safeParse(JSON.parse(body as string))
      if (read.success) this.#channels.set(id as string, { id: id as string, ...read.data })
    }
  }

  get(id: string): Channel | undefined {
    return this.#channels.get(id)
  }

  /** Those that a rule tells; all when it names none. */
  of(names: readonly string[] | undefined): readonly Channel[] {
    const all = [...this.#channels.values()].filter(({ enabled }) => enabled)
    return names === undefined ? all : all.filter(({ id }) => names.includes(id))
  }

  list(): readonly ChannelView[] {
    const rows = this.#parts.db
      .prepare(
        `SELECT id, okAt, failedAt, error,
          (SELECT count(*) FROM delivery WHERE channel = channel.id) AS waiting
          FROM channel ORDER BY id`
      )
      .all()
    return rows.flatMap((row) => {
      const channel = this.#channels.get(row['id'] as string)
      if (channel === undefined) return []
      const { id, kind, enabled } = channel
      return [{ id, kind, enabled, target: targetOf(channel), ...row } as unknown as ChannelView]
    })
  }

  /**
   * @returns the secret when it was made just now: it is not shown again
   * @throws PeerworkError `BAD_OPTION` naming the field
   */
  put(id: string, body: unknown): { readonly secret: string | null } {
    if (!slug.safeParse(id).success) {
      throw new PeerworkError('BAD_OPTION', 'a channel is called by a-z, 0-9 and -')
    }
    const read = shape.safeParse(body)
    if (!read.success) throw new PeerworkError('BAD_OPTION', faultIn(read.error.issues[0]))
    const before = this.#channels.get(id)
    if (before === undefined && this.#channels.size >= CHANNELS_MAX) {
      throw new PeerworkError('BAD_OPTION', `more than ${CHANNELS_MAX} channels`)
    }
    const { data } = read
    if (data.kind === 'email' && !this.#parts.canMail) {
      throw new PeerworkError('BAD_OPTION', 'there is no smtp.json in the data directory')
    }
    if (data.kind !== 'email') this.#check(data.url)
    const made = this.#secretFor(data, before)
    const channel = { id, ...data, ...(made.secret !== undefined && { secret: made.secret }) }
    const { id: _, ...kept } = channel
    together(this.#parts.db, () => {
      this.#parts.db
        .prepare(
          `INSERT INTO channel (id, body, updated) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET body = excluded.body, updated = excluded.updated,
              failedAt = NULL, error = NULL`
        )
        .run(id, JSON.stringify(kept), this.#parts.clock.now())
    })
    this.#channels.set(id, channel)
    return { secret: made.fresh ? (made.secret ?? null) : null }
  }

  /** With what waits for it. @returns false when there was none */
  delete(id: string): boolean {
    if (!this.#channels.has(id)) return false
    together(this.#parts.db, () => {
      this.#parts.db.prepare('DELETE FROM channel WHERE id = ?').run(id)
      this.#parts.db.prepare('DELETE FROM delivery WHERE channel = ?').run(id)
    })
    return this.#channels.delete(id)
  }

  noteSent(id: string, error?: string): void {
    const { db, clock } = this.#parts
    const now = clock.now()
    if (error === undefined) {
      db.prepare('UPDATE channel SET okAt = ?, error = NULL WHERE id = ?').run(now, id)
    } else {
      const text = plain(error, ERROR_BYTES)
      db.prepare('UPDATE channel SET failedAt = ?, error = ? WHERE id = ?').run(now, text, id)
    }
  }

  #check(text: string): void {
    const url = new URL(text)
    try {
      this.#parts.guard(url)
    } catch (error) {
      throw new PeerworkError('BAD_OPTION', `url: ${(error as Error).message}`, {}, error)
    }
    if (url.hash !== '') throw new PeerworkError('BAD_OPTION', 'url: a fragment is never sent')
  }

  #secretFor(
    data: z.infer<typeof shape>,
    before: Channel | undefined
  ): { readonly secret?: string; readonly fresh: boolean } {
    if (data.kind !== 'webhook') return { fresh: false }
    const known = data.secret ?? (before?.kind === 'webhook' ? before.secret : undefined)
    if (known !== undefined) return { secret: known, fresh: false }
    const bytes = Buffer.from(this.#parts.clock.random(SECRET_BYTES))
    return { secret: `whsec_${bytes.toString('base64')}`, fresh: true }
  }
}

const targetOf = (channel: Channel): string =>
  channel.kind === 'email' ? channel.to.join(', ') : new URL(channel.url).host
