/** What each side says of one piece of work, side by side, and what each said it with. */

import type { ComponentChildren } from 'preact'
import { countOf, duration, moment, money, tail } from '../../format.ts'
import { hint } from '../../hint.ts'
import { Status } from '../../parts/status.tsx'
import type { Span } from '../../types.ts'
import { keyOf } from '../buffer.ts'

export interface Claim {
  /** `told by`, `the other side`. */
  readonly title: string
  readonly span: Span
}

type Show = (span: Span) => ComponentChildren | undefined

const text = (pick: (span: Span) => string | undefined): Show => {
  return (span) => {
    const value = pick(span)
    return value === undefined ? undefined : <bdi>{value}</bdi>
  }
}

/** The rows of the table; a row that no side fills is left out. */
const ROWS: readonly (readonly [string, Show])[] = [
  ['Status', ({ status }) => <Status of={status} />],
  ['Agent', text(({ agent }) => agent)],
  ['Runs on', text(({ service }) => service)],
  ['Kind', ({ kind }) => kind],
  ['Skill', text(({ skill }) => skill)],
  ['Model', text(({ model, provider }) => model && [model, provider].filter(Boolean).join(', '))],
  ['Tool', text(({ tool }) => tool)],
  ['Began', ({ startUs }) => startUs !== undefined && moment(startUs)],
  ['Took', took],
  ['Waited', ({ waitedMs }) => waitedMs !== undefined && duration(waitedMs)],
  ['Tokens', tokensOf],
  ['Cost', costOf],
  ['Error', errorOf],
  ['Conversation', text(({ conversation }) => conversation)],
  ['Task', ({ task }) => task && <code title={hint(task)}>{tail(task)}</code>],
  ['Other end', ({ peer }) => peer && <code title={hint(peer)}>{tail(peer)}</code>]
]

export function Claims({ claims }: { readonly claims: readonly Claim[] }) {
  const spans = claims.map(({ span }) => span)
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="What was told">
      <table class="claims">
        <thead>
          <tr>
            <td />
            {claims.map(({ title, span }) => (
              <th scope="col" key={keyOf(span)}>
                {title}
                <Seal of={span} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([name, show]) => (
            <Row key={name} name={name} cells={spans.map((span) => show(span))} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps {
  readonly name: string
  readonly cells: readonly ComponentChildren[]
}

function Row({ name, cells }: RowProps) {
  const isEmpty = (cell: ComponentChildren): boolean => cell === undefined || cell === false
  if (cells.every((cell) => isEmpty(cell) || cell === '')) return null
  return (
    <tr>
      <th scope="row">{name}</th>
      {cells.map((cell, at) => (
        <td key={at}>{isEmpty(cell) ? <span class="muted">not told</span> : cell}</td>
      ))}
    </tr>
  )
}

/** Who vouches, in words: a signature that was verified, or nobody's. */
export function Seal({ of: { source } }: { readonly of: Pick<Span, 'source'> }) {
  if (source.kind === 'agent') {
    return (
      <span class="seal status ok" title={hint(source.by)}>
        <span aria-hidden="true">✓</span> sealed by <code>{tail(source.by)}</code>
      </span>
    )
  }
  return (
    <span class="seal muted">
      unsigned: told with the key “<bdi>{source.by.slice(0, 80)}</bdi>”
    </span>
  )
}

function took({ startUs, endUs, status }: Span): ComponentChildren {
  if (endUs === undefined) return status === 'open' ? 'not ended' : undefined
  if (startUs === undefined) return undefined
  if (endUs < startUs) return 'ended before it began: its clock was set'
  return duration((endUs - startUs) / 1_000)
}

const TOKENS = [
  ...([
    ['input', 'in'],
    ['output', 'out'],
    ['cacheRead', 'from cache']
  ] as const),
  ...([
    ['cacheWrite', 'to cache'],
    ['reasoning', 'of it reasoning']
  ] as const)
] as const

function tokensOf({ tokens }: Span): ComponentChildren {
  if (tokens === undefined) return undefined
  const told = TOKENS.filter(([name]) => tokens[name] !== undefined)
  return told.map(([name, word]) => `${countOf(tokens[name] ?? 0)} ${word}`).join(', ')
}

function costOf({ cost, costSource }: Span): ComponentChildren {
  if (costSource === 'unknown') return 'unknown: its model has no price'
  if (cost === undefined) return undefined
  return (
    <>
      {money(cost)} <span class="muted">{costSource}</span>
    </>
  )
}

function errorOf({ error }: Span): ComponentChildren {
  if (error === undefined) return undefined
  const { code, message } = error
  return (
    <>
      <bdi class="mono">{code.slice(0, 200)}</bdi>
      <br />
      <bdi>{message}</bdi>
    </>
  )
}
