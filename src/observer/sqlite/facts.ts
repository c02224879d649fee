/** Facts as rows: the id of an agent's event is the number of its log and its place there. */

import { canonicalJson, fitText, mergeFact, sourceKey } from '../merge.ts'
import type { Fact } from '../model.ts'
import type { Row } from './database.ts'
import type { Day } from './day.ts'
import type { Names } from './names.ts'
import { bytesOf, hexOf, sourceOf } from './span-row.ts'

export const FACT_COLUMNS = 'log, tail, source, at, type, trace, span, body'
const PUT = `INSERT INTO fact (${FACT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`
const SAME = `SELECT ${FACT_COLUMNS} FROM fact
  WHERE log = ? AND tail = ? AND trace = ? AND at = ?`
const REPLACE = `UPDATE fact SET source = ?, type = ?, span = ?, body = ?
  WHERE log = ? AND tail = ? AND trace = ? AND at = ?`

/** A number at the end of an id that reads back as itself. */
const TAIL = /^(.*)\/(0|[1-9]\d{0,14})$/s

/** @param trace row of its trace, 0 for none */
export function putFact(day: Day, fact: Fact, trace: number): 'new' | 'changed' | 'known' {
  const { names, db } = day
  const said = { ...fact, type: fitText(fact.type) }
  const [, head, number] = TAIL.exec(fact.id) ?? []
  const log = names.number('log', head === undefined ? '' : fitText(head))
  const tail = number === undefined ? fitText(fact.id) : Number(number)
  const at = Math.max(0, Math.round(fact.atUs))
  const source = names.number('source', sourceKey(fact.source))
  const type = names.number('type', said.type)
  const span = fact.span === undefined ? null : bytesOf(fact.span)
  const body = JSON.stringify(fact.body)
  const done = db.statement(PUT).run(log, tail, source, at, type, trace, span, body)
  if (Number(done.changes) > 0) return 'new'
  const known = db.get(SAME, log, tail, trace, at)
  if (known === undefined) return 'known'
  const old = factOf(known, names, fact.trace)
  if (canonicalJson(old as never) === canonicalJson(whole(said, at) as never)) return 'known'
  if (mergeFact(old, whole(said, at)) === old) return 'known'
  db.run(REPLACE, source, type, span, body, log, tail, trace, at)
  return 'changed'
}

/** With the fields in the order, and only those, that a stored one has. */
function whole({ id, source, type, trace, span, body }: Fact, atUs: number): Fact {
  return {
    ...{ id, source, atUs, type },
    ...(trace === undefined ? {} : { trace }),
    ...(span === undefined ? {} : { span }),
    body
  }
}

/** @param row columns as in `FACT_COLUMNS` */
export function factOf(row: Row, names: Names, trace: string | undefined): Fact {
  const [log, tail, source, at, type, , span, body] = row
  const head = names.text(Number(log))
  return {
    id: typeof tail === 'number' ? `${head}/${tail}` : String(tail),
    source: sourceOf(names.text(Number(source))),
    atUs: Number(at),
    type: names.text(Number(type)),
    ...(trace === undefined ? {} : { trace }),
    ...(span === null ? {} : { span: hexOf(span) }),
    body: JSON.parse(String(body)) as Fact['body']
  }
}
