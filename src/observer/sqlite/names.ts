/** Numbers for names, within one file: a name is written once, however many spans have it. */

import type { Database } from './database.ts'

/** What a name is of; its place here is its number in the file. */
const FIELDS = [
  ...(['name', 'agent', 'skill', 'model', 'tool', 'errorCode', 'conversation'] as const),
  ...(['status', 'source', 'service', 'provider', 'peer', 'type', 'log'] as const)
]
export type NameField = (typeof FIELDS)[number]
const NUMBER = new Map<NameField, number>(FIELDS.map((field, index) => [field, index]))

/** Names remembered, count a file: some 10 MB of them at most, and any may be read again. */
const REMEMBERED_MAX = 20_000

export class Names {
  readonly #db: Database
  readonly #numbers: Map<string, number>[] = FIELDS.map(() => new Map())
  readonly #texts = new Map<number, { text: string; field: NameField }>()
  /** Uses since they were last written. */
  readonly #uses = new Map<number, number>()

  constructor(db: Database) {
    this.#db = db
  }

  /** The number of a name, a new one when it is new. Inside a transaction. */
  number(field: NameField, text: string): number {
    const known = this.find(field, text)
    if (known !== undefined) return known
    const id = this.#db.run('INSERT INTO name (field, text) VALUES (?, ?)', at(field), text)
    this.#remember(field, id, text)
    return id
  }

  find(field: NameField, text: string): number | undefined {
    const known = this.#numbers[at(field)]?.get(text)
    if (known !== undefined) return known
    const row = this.#db.get('SELECT id FROM name WHERE field = ? AND text = ?', at(field), text)
    if (row === undefined) return undefined
    this.#remember(field, Number(row[0]), text)
    return Number(row[0])
  }

  text(id: number): string {
    return this.#entry(id)?.text ?? ''
  }

  field(id: number): NameField | undefined {
    return this.#entry(id)?.field
  }

  #entry(id: number): { text: string; field: NameField } | undefined {
    const known = this.#texts.get(id)
    if (known !== undefined) return known
    const row = this.#db.get('SELECT text, field FROM name WHERE id = ?', id)
    const field = FIELDS[Number(row?.[1])]
    if (row === undefined || field === undefined) return undefined
    this.#remember(field, id, String(row[0]))
    return { text: String(row[0]), field }
  }

  /** Count a use, or take one back. */
  use(id: number, count: number): void {
    this.#uses.set(id, (this.#uses.get(id) ?? 0) + count)
  }

  writeUses(): void {
    for (const [id, count] of this.#uses) {
      if (count !== 0) this.#db.run('UPDATE name SET uses = uses + ? WHERE id = ?', count, id)
    }
    this.#uses.clear()
  }

  /** Names of a field that begin with a prefix, and how many spans have each. */
  list(field: NameField, prefix: string, limit: number): [text: string, uses: number][] {
    const rows = this.#db.all(
      `SELECT text, uses FROM name
       WHERE field = ? AND text >= ? AND text < ? AND uses > 0 LIMIT ?`,
      ...([at(field), prefix, `${prefix}\u{10FFFF}`, limit] as const)
    )
    return rows.map(([text, uses]) => [String(text), Number(uses)])
  }

  all(field: NameField): { id: number; text: string }[] {
    const rows = this.#db.all('SELECT id, text FROM name WHERE field = ?', at(field))
    return rows.map(([id, text]) => ({ id: Number(id), text: String(text) }))
  }

  /** After a rollback, numbers given since may be given again: nothing is remembered. */
  forget(): void {
    for (const numbers of this.#numbers) numbers.clear()
    this.#texts.clear()
    this.#uses.clear()
  }

  #remember(field: NameField, id: number, text: string): void {
    if (this.#texts.size >= REMEMBERED_MAX) {
      for (const numbers of this.#numbers) numbers.clear()
      this.#texts.clear()
    }
    this.#numbers[at(field)]?.set(text, id)
    this.#texts.set(id, { text, field })
  }
}

const at = (field: NameField): number => NUMBER.get(field) ?? 0
