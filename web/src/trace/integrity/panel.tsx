/** What is known of a run to be missing: by producer, refreshed until nothing is. */

import { useEffect } from 'preact/hooks'
import { get } from '../../api.ts'
import { countOf, percent, tail } from '../../format.ts'
import { hint, hints } from '../../hint.ts'
import { useLoad } from '../../load.ts'
import type { Loaded } from '../../load.ts'
import { Failure, Loading } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import type { Integrity } from '../../types.ts'
import type { Run } from '../run.ts'
import './integrity.css'
import { inShort, nameOf, namesOf, troubles } from './words.ts'
import type { Producer } from './words.ts'

/** Between two looks, ms: while something is missing, and while the run goes on. */
const MISSING_MS = 3_000
const OPEN_MS = 10_000

export function useIntegrity({ trace, summary, complete }: Run): Loaded<Integrity> {
  const loaded = useLoad(`integrity ${trace}`, (signal) =>
    get<Integrity>(`/api/v1/traces/${trace}/integrity`, {}, signal)
  )
  const { value, again } = loaded
  const missing = (value?.missing ?? 0) > 0
  const open = summary.status === 'open' || !complete
  useEffect(() => {
    if (value === undefined || !(missing || open)) return undefined
    const timer = setTimeout(again, missing ? MISSING_MS : OPEN_MS)
    return () => clearTimeout(timer)
  }, [value, missing, open])
  // How it ended may be the last that was told; what comes after that is rare.
  useEffect(() => {
    if (value !== undefined) again()
  }, [summary.status, open ? 0 : summary.spans])
  return loaded
}

interface BadgeProps {
  readonly run: Run
  readonly value: Integrity | undefined
}

export function IntegrityBadge({ run, value }: BadgeProps) {
  if (value === undefined) return <span class="muted">…</span>
  const open = query.value.get('integrity') === 'open'
  const { missing, forks, producers, dropped } = value
  const kind =
    forks > 0 ? 'bad' : missing + dropped > 0 ? 'some' : producers.length > 0 ? 'all' : ''
  return (
    <button
      type="button"
      class={`badge ${kind}`}
      aria-expanded={open}
      onClick={() => change({ integrity: open ? undefined : 'open' })}
    >
      {kind === 'all' && <span aria-hidden="true">✓ </span>}
      {kind === 'bad' && <span aria-hidden="true">✕ </span>}
      <bdi>{inShort(value, namesOf(run.spans))}</bdi>
    </button>
  )
}

interface PanelProps {
  readonly run: Run
  readonly loaded: Loaded<Integrity>
}

export function IntegrityPanel({ run, loaded: { value, error, again } }: PanelProps) {
  return (
    <section class="panel" aria-label="Integrity">
      <h2>What may be missing</h2>
      {error && <Failure what="The integrity" error={error} again={again} />}
      {value === undefined ? (
        <Loading what="the integrity" rows={2} />
      ) : (
        <Told of={value} run={run} />
      )}
    </section>
  )
}

function Told({ of, run }: { readonly of: Integrity; readonly run: Run }) {
  const names = namesOf(run.spans)
  if (of.producers.length === 0) {
    return (
      <p>
        Nobody signed this trace: it came with a key. Agents that sign number their events, so that
        a gap shows; here nobody can know whether something is missing.
      </p>
    )
  }
  return (
    <>
      <p role="status">
        <bdi>{inShort(of, names)}</bdi>
        {of.missing === 0 &&
          `: everything is here that its producer${of.producers.length === 1 ? '' : 's'} told of.`}
      </p>
      {troubles(of).map((one) => (
        <p key={one} class="notice">
          {one}
        </p>
      ))}
      {!run.summary.sealed && <p class="muted">Some of its spans are unsigned, and not counted.</p>}
      <p class="muted">
        Counted are all events of the agents that took part, also those of other traces.
      </p>
      <Table producers={of.producers} names={names} />
    </>
  )
}

interface TableProps {
  readonly producers: readonly Producer[]
  readonly names: ReadonlyMap<string, string>
}

const COLUMNS = ['Held', 'Missing', 'Gone', 'Late', 'Twice', 'Refused', 'Forks'] as const

function Table({ producers, names }: TableProps) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="By producer">
      <table>
        <thead>
          <tr>
            <th scope="col">Producer</th>
            <th scope="col">Complete</th>
            {COLUMNS.map((name) => (
              <th scope="col" class="number" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {producers.map((one) => (
            <Row key={`${one.by} ${one.boot}`} of={one} name={nameOf(one.by, names)} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Ranges that are named, count. */
const GAPS_SHOWN = 4

function Row({ of, name }: { readonly of: Producer; readonly name: string }) {
  const { by, boot, held, missing, dropped, late, duplicates, forks, gaps, complete } = of
  const refused = Object.entries(of.refused)
  const sum = refused.reduce((all, [, count]) => all + count, 0)
  const ranges = gaps.slice(0, GAPS_SHOWN).map(({ from, to }) => rangeOf(from, to))
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
        <br />
        <small title={`${hint(by)}, since its start ${hint(boot)}`}>{tail(by)}</small>
      </th>
      <td>
        {percent(complete)}
        {ranges.length > 0 && (
          <small class="muted">
            <br />
            without {ranges.join(', ')}
            {gaps.length > GAPS_SHOWN && ` and ${gaps.length - GAPS_SHOWN} more`}
          </small>
        )}
      </td>
      {[held, missing, dropped, late, duplicates].map((count, at) => (
        <td class="number" key={at}>
          {countOf(count)}
        </td>
      ))}
      <td class="number" title={hints(refused.map(([code, count]) => `${code}: ${count}`))}>
        {countOf(sum)}
      </td>
      <td class="number">{countOf(forks.length)}</td>
    </tr>
  )
}

const rangeOf = (from: number, to: number): string =>
  to - from === 1 ? `no. ${from}` : `no. ${from} to ${to - 1}`
