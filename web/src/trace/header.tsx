/** What a trace was, in a few lines: how it ended, who took part, what it took. */

import { countOf, duration, moment, money } from '../format.ts'
import { Status } from '../parts/status.tsx'
import type { TraceSummary } from '../types.ts'
import type { Run } from './run.ts'

/** Names of agents that are shown, count. */
const AGENTS_SHOWN = 6

export function TraceHeader({ run: { summary, trace } }: { readonly run: Run }) {
  return (
    <header class="trace-head">
      <h1>
        <bdi>{summary.name === '' ? trace : summary.name}</bdi>
      </h1>
      <Facts of={summary} />
    </header>
  )
}

function Facts({ of }: { readonly of: TraceSummary }) {
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
          {money(cost)} {costSource !== 'reported' && <span class="muted">{costSource}</span>}
        </Fact>
      )}
    </dl>
  )
}

interface FactProps {
  readonly name: string
  readonly children: preact.ComponentChildren
}

function Fact({ name, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
