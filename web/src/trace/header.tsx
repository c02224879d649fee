/** What a trace was, in a few lines: how it ended, who took part, what it took. */

import type { ComponentChildren } from 'preact'
import { countOf, duration, moment, money } from '../format.ts'
import { Status } from '../parts/status.tsx'
import type { Integrity, TraceSummary } from '../types.ts'
import { Actions } from './actions.tsx'
import { IntegrityBadge } from './integrity/panel.tsx'
import type { Run } from './run.ts'
import { stopOf } from './tall.ts'

/** A name that is surely shown whole, characters: more of it is scrolled to. */
const NAME_CHARS = 60
/** Names of agents that are shown, count. */
const AGENTS_SHOWN = 6
const COSTS = { estimated: 'estimated', unknown: 'at least: a model has no price' } as const

interface HeaderProps {
  readonly run: Run
  readonly integrity: Integrity | undefined
}

export function TraceHeader({ run, integrity }: HeaderProps) {
  const { summary, trace } = run
  return (
    <header class="trace-head">
      <div class="row">
        <h1 tabIndex={stopOf(summary.name, NAME_CHARS)}>
          <bdi>{summary.name === '' ? trace : summary.name}</bdi>
        </h1>
        <Actions run={run} />
      </div>
      <Facts of={summary}>
        <Fact name="Integrity">
          <IntegrityBadge run={run} value={integrity} />
        </Fact>
      </Facts>
      {run.spansCut && (
        <p class="notice" role="status">
          This run has more spans than a browser keeps: the first {countOf(run.spans.length)} that
          came are shown.
        </p>
      )}
    </header>
  )
}

interface FactsProps {
  readonly of: TraceSummary
  readonly children: ComponentChildren
}

function Facts({ of, children }: FactsProps) {
  const { status, startUs, endUs, spans, errors, agents, tokens, cost, costSource } = of
  const more = agents.length - AGENTS_SHOWN
  return (
    <dl class="facts">
      <Fact name="Status">
        <Status of={status} />
      </Fact>
      <Fact name="Began">{moment(startUs)}</Fact>
      <Fact name="Took">{endUs === null ? '…' : duration((endUs - startUs) / 1_000)}</Fact>
      <Fact name="Agents">
        <bdi>{agents.slice(0, AGENTS_SHOWN).join(', ')}</bdi>
        {more > 0 && ` and ${more} more`}
      </Fact>
      <Fact name="Spans">
        {countOf(spans)}
        {errors > 0 && `, ${countOf(errors)} failed`}
      </Fact>
      {tokens > 0 && <Fact name="Tokens">{countOf(tokens)}</Fact>}
      {costSource !== 'none' && (
        <Fact name="Cost">
          {money(cost)}{' '}
          {costSource !== 'reported' && <span class="muted">{COSTS[costSource]}</span>}
        </Fact>
      )}
      {children}
    </dl>
  )
}

interface FactProps {
  readonly name: string
  readonly children: ComponentChildren
}

function Fact({ name, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
