/**
 * The alerts: each rule and subject has at most one that lives, and every change of it is written,
 * together with what is to be sent because of it, before anybody hears of it.
 */

import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { readCursor, writeCursor } from '../cursor.ts'
import type { Page } from '../store.ts'
import { plainly } from './alert.ts'
import type { Alert, AlertEvent, AlertState, Occurrence } from './alert.ts'
import { together } from './database.ts'
import type { Rule } from './rule.ts'

/** Alerts of one rule that live at once, count; what is more becomes one about the others. */
const LIVING_MAX = 200
/** Subject of all that are over this. */
const OTHERS = 'others'
/** Resolved ones that are kept, count. */
const RESOLVED_MAX = 10_000
const MINUTE_MS = 60_000

export interface BookParts {
  readonly db: DatabaseSync
  readonly now: () => number
  /** Called within the transaction: writes down what is to be sent. */
  readonly tell: (event: AlertEvent, alert: Alert, rule: Rule) => void
}

type Listener = (event: AlertEvent, alert: Alert) => void
const keyOf = (rule: string, subject: string): string => `${rule}\n${subject}`

export class Alerts {
  readonly #parts: BookParts
  readonly #living = new Map<string, Alert>()
  readonly #told = new Map<string, number>()
  readonly #listeners = new Set<Listener>()

  constructor(parts: BookParts) {
    this.#parts = parts
    const rows = parts.db.prepare("SELECT * FROM alert WHERE state <> 'resolved'").all()
    for (const row of rows) this.#keep(alertOf(row), row['told'] as number)
  }

  /** Told of every change, after it was written; returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  lives(rule: string, subject: string): boolean {
    return this.#living.has(keyOf(rule, subject))
  }

  /** Whether so many of a rule live that the rest is one alert, and that one lives. */
  isCrowded(rule: string): boolean {
    return this.lives(rule, OTHERS)
  }

  /** How many live, by state. */
  counts(): { open: number; acknowledged: number } {
    const all = [...this.#living.values()]
    const acknowledged = all.filter(({ state }) => state === 'acknowledged').length
    return { open: all.length - acknowledged, acknowledged }
  }

  /** What was found becomes alerts, or is added to those that live. One transaction. */
  raise(found: readonly Occurrence[]): void {
    if (found.length === 0) return
    this.#change((changed) => {
      for (const one of found) this.#raise(plainly(one), changed)
    })
  }

  /** Resolve what was quiet for as long as its rule says, and remind of what is open. */
  settle(ruleOf: (id: string) => Rule | undefined): void {
    const now = this.#parts.now()
    const due = [...this.#living.values()].flatMap((alert): Due[] => {
      const rule = ruleOf(alert.rule)
      const told = this.#told.get(alert.id) ?? alert.opened
      if (rule === undefined || now - alert.last >= rule.resolveAfterMinutes * MINUTE_MS) {
        return [{ event: 'resolved', alert, rule }]
      }
      const again = alert.state === 'open' && now - told >= rule.renotifyMinutes * MINUTE_MS
      return again && !isSilent(alert, now) ? [{ event: 'reminded', alert, rule }] : []
    })
    if (due.length === 0) return
    this.#change((changed) => {
      for (const { event, alert, rule } of due) {
        const next = event === 'resolved' ? { ...alert, state: event, resolved: now } : alert
        changed.push({ event, alert: next, ...(rule !== undefined && { rule }) })
      }
    })
  }

  /** @returns undefined when there is none; one that is resolved stays as it is */
  acknowledge(id: string, by: string): Alert | undefined {
    const alert = this.get(id)
    if (alert === undefined || alert.state !== 'open') return alert
    const acknowledged = this.#parts.now()
    const next = { ...alert, state: 'acknowledged' as const, acknowledged, acknowledgedBy: by }
    this.#change((changed) => changed.push({ event: 'acknowledged', alert: next }))
    return next
  }

  /** Nobody is told of this rule and subject until then; a moment that is over ends it. */
  silence(id: string, until: number): Alert | undefined {
    const alert = this.get(id)
    if (alert === undefined) return undefined
    const next = { ...alert, silencedUntil: until > this.#parts.now() ? until : null }
    this.#change((changed) => changed.push({ event: 'silenced', alert: next }))
    return next
  }

  get(id: string): Alert | undefined {
    if (!/^\d{1,15}$/.test(id)) return undefined
    const row = this.#parts.db.prepare('SELECT * FROM alert WHERE id = ?').get(Number(id))
    return row === undefined ? undefined : alertOf(row)
  }

  /** Newest first. @throws PeerworkError `BAD_OPTION` for a made-up `after` */
  list(query: { state?: AlertState; limit: number; after?: string }): Page<Alert> {
    const { state, limit, after } = query
    const before = after === undefined ? Number.MAX_SAFE_INTEGER : readCursor(after, 'i')[0]
    const wanted: SQLInputValue[] = state === undefined ? [] : [state]
    const rows = this.#parts.db
      .prepare(
        `SELECT * FROM alert WHERE id < ? ${state === undefined ? '' : 'AND state = ?'}
          ORDER BY id DESC LIMIT ?`
      )
      .all(before ?? 0, ...wanted, limit + 1)
    const items = rows.slice(0, limit).map(alertOf)
    const last = items.at(-1)
    const more = rows.length > limit && last !== undefined
    return { items, ...(more && { next: writeCursor(Number(last.id)) }) }
  }

  #raise(found: Occurrence, changed: Change[]): void {
    const now = this.#parts.now()
    const { rule, title, detail, trace = null, times } = found
    const full = !this.lives(rule.id, found.subject) && this.#crowd(rule.id) >= LIVING_MAX
    const subject = full ? OTHERS : found.subject
    const here = this.#living.get(keyOf(rule.id, subject))
    if (here !== undefined) {
      const news = { title, detail, trace: trace ?? here.trace, severity: rule.severity }
      const alert = { ...here, ...news, last: now, count: here.count + times }
      changed.push({ alert })
      // Two findings of one call are two times.
      this.#living.set(keyOf(rule.id, subject), alert)
      return
    }
    const before = this.#parts.db
      .prepare('SELECT * FROM alert WHERE rule = ? AND subject = ? ORDER BY id DESC LIMIT 1')
      .get(rule.id, subject)
    if (before !== undefined && found.once === true) return
    const silence = before === undefined ? null : alertOf(before).silencedUntil
    const about = { rule: rule.id, subject, severity: rule.severity, title, detail, trace }
    const alert: Alert = {
      ...{ id: '', ...about, state: 'open', opened: now, last: now, count: Math.max(1, times) },
      ...{ acknowledged: null, acknowledgedBy: null, resolved: null },
      silencedUntil: silence !== null && silence > now ? silence : null
    }
    const { lastInsertRowid } = this.#parts.db
      .prepare(
        `INSERT INTO alert (rule, subject, severity, state, title, detail, trace, opened, last,
          told, count, silencedUntil) VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?)`
      )
      .run(
        ...[rule.id, subject, rule.severity, title, detail, trace, now, now, now],
        ...[alert.count, alert.silencedUntil]
      )
    const opened = { ...alert, id: String(lastInsertRowid) }
    this.#keep(opened, now)
    changed.push({ event: 'opened', alert: opened, rule })
  }

  #crowd(rule: string): number {
    let count = 0
    for (const alert of this.#living.values()) if (alert.rule === rule) count++
    return count
  }

  #keep(alert: Alert, told: number): void {
    const key = keyOf(alert.rule, alert.subject)
    if (alert.state !== 'resolved') {
      this.#living.set(key, alert)
      this.#told.set(alert.id, told)
    } else if (this.#living.get(key)?.id === alert.id) {
      this.#living.delete(key)
      this.#told.delete(alert.id)
    }
  }

  /** Written with what is to be sent; told only then. What fails changes nothing. */
  #change(make: (changed: Change[]) => unknown): void {
    const { db, now, tell } = this.#parts
    const changed: Change[] = []
    const [living, told] = [new Map(this.#living), new Map(this.#told)]
    try {
      together(db, () => {
        make(changed)
        for (const { event, alert, rule } of changed) {
          if (event === 'reminded') this.#told.set(alert.id, now())
          this.#write(alert, this.#told.get(alert.id) ?? now())
          const silent = isSilent(alert, now()) || rule === undefined
          if (event !== undefined && !silent) tell(event, alert, rule)
        }
        db.prepare(
          `DELETE FROM alert WHERE state = 'resolved' AND id <= (SELECT id FROM alert
            WHERE state = 'resolved' ORDER BY id DESC LIMIT 1 OFFSET ?)`
        ).run(RESOLVED_MAX)
      })
    } catch (error) {
      restore(this.#living, living)
      restore(this.#told, told)
      throw error
    }
    for (const { alert } of changed) this.#keep(alert, this.#told.get(alert.id) ?? now())
    for (const { event, alert } of changed) {
      if (event !== undefined) for (const listener of this.#listeners) listener(event, alert)
    }
  }

  #write(alert: Alert, told: number): void {
    const { id, state, severity, title, detail, trace, last, count } = alert
    const { acknowledged, acknowledgedBy, resolved, silencedUntil } = alert
    this.#parts.db
      .prepare(
        `UPDATE alert SET state = ?, severity = ?, title = ?, detail = ?, trace = ?, last = ?,
          count = ?, acknowledged = ?, acknowledgedBy = ?, resolved = ?, silencedUntil = ?,
          told = ? WHERE id = ?`
      )
      .run(
        ...[state, severity, title, detail, trace, last, count, acknowledged, acknowledgedBy],
        ...[resolved, silencedUntil, told, Number(id)]
      )
  }
}

interface Due {
  readonly event: 'resolved' | 'reminded'
  readonly alert: Alert
  readonly rule: Rule | undefined
}

interface Change {
  /** Absent when only its numbers changed. */
  readonly event?: AlertEvent
  readonly alert: Alert
  /** Absent when nobody outside is told. */
  readonly rule?: Rule
}

const isSilent = ({ silencedUntil }: Alert, now: number): boolean =>
  silencedUntil !== null && silencedUntil > now

function restore<Value>(map: Map<string, Value>, before: ReadonlyMap<string, Value>): void {
  map.clear()
  for (const [key, value] of before) map.set(key, value)
}

function alertOf(row: Record<string, SQLOutputValue>): Alert {
  const { id, ...rest } = row
  delete rest['told']
  return { id: String(id), ...rest } as unknown as Alert
}
