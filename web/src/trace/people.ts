/**
 * Who takes part in a run. Agents that sign are told apart by their ids, and shown under the name
 * they give themselves; who only told with an API key is known by name alone.
 */

import { tail } from '../format.ts'
import type { Handoff, Span } from '../types.ts'

export interface Person {
  /** An agent's id, or the name that a key told; empty for nobody. */
  readonly id: string
  /** Unique among these people. */
  readonly name: string
  /** Which of the eight colours of lanes. */
  readonly lane: number
}

export interface People {
  readonly all: readonly Person[]
  /** Of an id or a name as it stands in spans and handoffs. */
  of(id: string | null | undefined): Person
  ofSpan(span: Span): Person
}

const LANES = 8
/** What stands for an end of a handoff that neither side told. */
const NOBODY = 'not told'

/** In the order in which they come into the run. */
export function peopleOf(spans: readonly Span[], handoffs: readonly Handoff[]): People {
  const names = namesOf(spans)
  const seen = new Map<string, number>()
  const note = (id: string, atUs: number): void => {
    seen.set(id, Math.min(seen.get(id) ?? Infinity, atUs))
  }
  for (const span of spans) note(idOf(span), span.startUs ?? Infinity)
  for (const { from, to, offeredUs } of handoffs) {
    note(from ?? '', offeredUs ?? Infinity)
    // Who is given to comes after who gives, at the same moment.
    note(to ?? '', offeredUs === null ? Infinity : offeredUs + 0.5)
  }
  const ids = [...seen].toSorted(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([id]) => id)
  return listOf(ids, names)
}

export const idOf = ({ source, agent }: Span): string =>
  source.kind === 'agent' ? source.by : (agent ?? source.by)

function namesOf(spans: readonly Span[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { source, agent } of spans) {
    const known = source.kind !== 'agent' || agent === undefined || agent === source.by
    if (!known) names.set(source.by, agent)
  }
  return names
}

function listOf(ids: readonly string[], names: ReadonlyMap<string, string>): People {
  const plain = (id: string): string => names.get(id) ?? (id === '' ? NOBODY : shortened(id))
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(plain(id), (counts.get(plain(id)) ?? 0) + 1)
  // Two may give themselves the same name: their ids tell them apart.
  const name = (id: string): string =>
    (counts.get(plain(id)) ?? 0) > 1 ? `${plain(id)} (${tail(id)})` : plain(id)
  const all = ids.map((id, at) => ({ id, name: name(id), lane: at % LANES }))
  const byId = new Map(all.map((person) => [person.id, person]))
  const of = (id: string | null | undefined): Person =>
    byId.get(id ?? '') ?? { id: id ?? '', name: plain(id ?? ''), lane: 0 }
  return { all, of, ofSpan: (span) => of(idOf(span)) }
}

/** An agent's id where it gave no name; names that are long are left to the view to clip. */
const shortened = (id: string): string => (/^12D3Koo\w{40,}$/.test(id) ? tail(id) : id)
