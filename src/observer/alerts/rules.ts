/** The rules that are kept. */

import type { DatabaseSync } from 'node:sqlite'
import type * as z from 'zod/mini'
import { PeerworkError } from '../../protocol/errors.ts'
import { together } from './database.ts'
import { DEFAULT_RULES, RULES_MAX, rule as shape, slug } from './rule.ts'
import type { Rule } from './rule.ts'

export interface KeptRule {
  readonly rule: Rule
  /** ms since 1970 */
  readonly updated: number
}

export class Rules {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #rules = new Map<string, KeptRule>()

  /** The first time there are `DEFAULT_RULES`; what was taken away later stays away. */
  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    const first = db.prepare("SELECT 1 FROM mark WHERE name = 'rules'").get() === undefined
    if (first) {
      together(db, () => {
        for (const one of DEFAULT_RULES) this.#write(one)
        db.prepare("INSERT INTO mark (name, value) VALUES ('rules', 1)").run()
      })
    }
    for (const { id, body, updated } of db.prepare('SELECT * FROM rule ORDER BY id').all()) {
      const read = shape.safeParse(JSON.parse(body as string))
      // Of a later version: left alone until that is back.
      if (!read.success) continue
      const rule = { id: id as string, ...read.data }
      this.#rules.set(rule.id, { rule, updated: updated as number })
    }
  }

  list(): readonly KeptRule[] {
    return [...this.#rules.values()].toSorted((a, b) => (a.rule.id < b.rule.id ? -1 : 1))
  }

  get(id: string): KeptRule | undefined {
    return this.#rules.get(id)
  }

  /** @throws PeerworkError `BAD_OPTION` naming the field */
  put(id: string, body: unknown): KeptRule {
    if (!slug.safeParse(id).success) {
      throw new PeerworkError('BAD_OPTION', 'a rule is called by a-z, 0-9 and -')
    }
    const read = shape.safeParse(body)
    if (!read.success) throw new PeerworkError('BAD_OPTION', faultIn(read.error.issues[0]))
    if (!this.#rules.has(id) && this.#rules.size >= RULES_MAX) {
      throw new PeerworkError('BAD_OPTION', `more than ${RULES_MAX} rules`)
    }
    const rule = { id, ...read.data }
    together(this.#db, () => this.#write(rule))
    const kept = { rule, updated: this.#now() }
    this.#rules.set(id, kept)
    return kept
  }

  /** @returns false when there was none */
  delete(id: string): boolean {
    if (!this.#rules.has(id)) return false
    together(this.#db, () => {
      this.#db.prepare('DELETE FROM rule WHERE id = ?').run(id)
      this.#db.prepare('DELETE FROM pending WHERE rule = ?').run(id)
    })
    return this.#rules.delete(id)
  }

  #write({ id, ...body }: Rule): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO rule (id, body, updated) VALUES (?, ?, ?)')
      .run(id, JSON.stringify(body), this.#now())
  }
}

/** Of what a schema refused, the field and why, in one line. */
export function faultIn(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'wrong'
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return `${[path, issue.keys.join(', ').slice(0, 80)].filter(Boolean).join('.')}: not known here`
  }
  return path === '' ? issue.message : `${path}: ${issue.message}`
}
