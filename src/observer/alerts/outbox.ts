/**
 * What is to be sent, on the disk until it was taken or given up: at least once, with one id for
 * all attempts.
 *
 * Pauses are measured by the monotonic clock, counted from the wall clock's time at the start: so
 * what is stored means something to the next process, and a wall clock that is set meanwhile
 * neither holds up what waits nor sends all of it at once.
 */

import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../node/clock.ts'
import { post } from '../post.ts'
import type { Guard } from '../post.ts'
import type { Channel, Channels } from './channel.ts'
import { sendMail } from './mail.ts'
import type { SmtpSettings } from './mail.ts'
import { slackRequest, webhookRequest, wordsOf } from './message.ts'
import type { Message } from './message.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
/** Before each further attempt, ms; after the last one it is given up, some 20 hours later. */
export const BACKOFF_MS: readonly number[] = [
  ...[5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 360 * MINUTE],
  720 * MINUTE
]
/** Part of a pause by which it is longer, at most: not all at once when a receiver is back. */
const JITTER = 0.2
/** No attempt is ever so far away, ms; what another side may ask for is less. */
const WAIT_MS_MAX = Math.ceil(Math.max(...BACKOFF_MS) * (1 + JITTER))
/** Messages that wait for one channel, count; the oldest go first. */
const WAITING_MAX = 1_000
/** Sent at once, count, and to one channel: one that hangs must not hold up the others. */
const SENDING_MAX = 8
const SENDING_EACH_MAX = 2
/** How long the end waits for what cannot be broken off, as an exchange of mail, ms. */
const CLOSE_MS_MAX = 2_000

export interface OutboxParts {
  readonly db: DatabaseSync
  readonly clock: Clock
  readonly channels: Channels
  readonly guard: Guard
  readonly smtp: SmtpSettings | undefined
  readonly log: { warn(facts: object, message: string): void }
}

interface Waiting {
  readonly seq: number
  readonly id: string
  readonly channel: string
  readonly body: string
  readonly attempts: number
}

export class Outbox {
  readonly #parts: OutboxParts
  readonly #sending = new Map<number, { readonly channel: string; readonly done: Promise<void> }>()
  readonly #ended = new AbortController()
  /** What is added to the monotonic clock, ms. */
  readonly #sinceMs: number
  /** Given up or pushed out since the start, count. */
  lost = 0

  constructor(parts: OutboxParts) {
    this.#parts = parts
    this.#sinceMs = parts.clock.now() - parts.clock.elapsed()
  }

  /** The time that `due` is written in, whole ms. */
  #now(): number {
    return Math.floor(this.#sinceMs + this.#parts.clock.elapsed())
  }

  /** Part of the caller's transaction. */
  add(channel: string, message: Message): void {
    const { db, clock } = this.#parts
    const id = `msg_${Buffer.from(clock.random(16)).toString('hex')}`
    db.prepare(
      'INSERT INTO delivery (id, channel, body, made, due, attempts) VALUES (?, ?, ?, ?, ?, 0)'
    ).run(id, channel, JSON.stringify(message), clock.now(), this.#now())
    const { changes } = db
      .prepare(
        `DELETE FROM delivery WHERE channel = ? AND seq <= (SELECT seq FROM delivery
          WHERE channel = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`
      )
      .run(channel, channel, WAITING_MAX)
    this.lost += Number(changes)
  }

  /** Send what is due. Resolves when all that was begun is over. */
  async pump(): Promise<void> {
    const { db, channels } = this.#parts
    if (this.#ended.signal.aborted) return
    const now = this.#now()
    // What a process whose clock was ahead left behind does not wait until then.
    const due = db
      .prepare('SELECT * FROM delivery WHERE due <= ? OR due > ? ORDER BY due, seq LIMIT ?')
      .all(now, now + WAIT_MS_MAX, WAITING_MAX) as unknown as readonly Waiting[]
    for (const one of due) {
      const here = [...this.#sending.values()].filter(({ channel }) => channel === one.channel)
      if (this.#sending.size >= SENDING_MAX) break
      if (this.#sending.has(one.seq) || here.length >= SENDING_EACH_MAX) continue
      const channel = channels.get(one.channel)
      if (channel === undefined || !channel.enabled) {
        this.#drop(one)
        continue
      }
      const done = this.#attempt(one, channel).finally(() => this.#sending.delete(one.seq))
      this.#sending.set(one.seq, { channel: one.channel, done })
    }
    await Promise.all([...this.#sending.values()].map(({ done }) => done))
  }

  /** What is on its way is given up, and sent again after the next start. */
  async close(): Promise<void> {
    this.#ended.abort()
    const all = Promise.all([...this.#sending.values()].map(({ done }) => done))
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, CLOSE_MS_MAX)
    await Promise.race([all, late.promise])
    clearTimeout(timer)
  }

  async #attempt(one: Waiting, channel: Channel): Promise<void> {
    const { channels, db, log, clock } = this.#parts
    let failure: Failure | undefined
    try {
      failure = await this.#send(one, channel)
    } catch (error) {
      failure = { why: whyOf(error), waitMs: 0, final: false }
    }
    if (this.#ended.signal.aborted && failure !== undefined) return
    try {
      channels.noteSent(channel.id, failure?.why)
      const pause = BACKOFF_MS[one.attempts]
      if (failure === undefined) return this.#drop(one)
      if (failure.final || pause === undefined) {
        this.lost++
        log.warn({ channel: channel.id, why: failure.why }, 'an alert was not delivered')
        return this.#drop(one)
      }
      const waitMs = Math.max(failure.waitMs, pause * (1 + JITTER * clock.chance()))
      db.prepare('UPDATE delivery SET attempts = attempts + 1, due = ? WHERE seq = ?').run(
        this.#now() + Math.ceil(waitMs),
        one.seq
      )
    } catch (error) {
      log.warn({ channel: channel.id, why: whyOf(error) }, 'not noted that an alert was sent')
    }
  }

  /** @returns why it was not taken */
  async #send({ id, body }: Waiting, channel: Channel): Promise<Failure | undefined> {
    const { clock, guard, smtp } = this.#parts
    const message = JSON.parse(body) as Message
    if (channel.kind === 'email') {
      if (smtp === undefined) throw new Error('there is no smtp.json any more')
      const { subject, lines } = wordsOf(message)
      await sendMail(smtp, { to: channel.to, subject, text: `${lines.join('\n')}\n`, id })
      return undefined
    }
    const request =
      channel.kind === 'slack'
        ? slackRequest(message)
        : webhookRequest(message, { id, secret: channel.secret ?? '', now: clock.now() })
    const url = new URL(channel.url)
    const { status, retryAfterMs } = await post({
      ...{ ...request, url, guard, signal: this.#ended.signal }
    })
    if (status >= 200 && status < 300) return undefined
    // 410: do not come again. A redirect is not followed: it could lead anywhere.
    return { why: `it answered ${status}`, waitMs: retryAfterMs ?? 0, final: status === 410 }
  }

  #drop({ seq }: Waiting): void {
    this.#parts.db.prepare('DELETE FROM delivery WHERE seq = ?').run(seq)
  }
}

interface Failure {
  readonly why: string
  readonly waitMs: number
  readonly final: boolean
}

/** Codes and hosts, never a URL, a header or an answer: those are the secrets. */
function whyOf(error: unknown): string {
  const { code, message, cause } = error as Error & { code?: string }
  if (code === 'HOST_DENIED') return message
  if (cause instanceof Error && (cause as { code?: string }).code === 'HOST_DENIED') {
    return cause.message
  }
  return code ?? message.replaceAll(/https?:\/\/\S+/g, 'a URL')
}
