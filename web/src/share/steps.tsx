/** The steps of a shared run in words: what the picture shows, and for one step all there is. */

import { useState } from 'preact/hooks'
import { countOf, duration, money } from '../format.ts'
import { Status } from '../parts/status.tsx'
import type { ShownRun } from './types.ts'

type Step = ShownRun['spans'][number]

/** Rows at first, count: a list of thousands is asked for. */
const ROWS = 100

interface StepsProps {
  readonly run: ShownRun
  /** Without links to single steps: for where the address is of something else. */
  readonly plain?: boolean
  readonly selected?: number | undefined
}

export function Steps({ run, selected, plain = false }: StepsProps) {
  const [all, setAll] = useState(false)
  const rows = all ? run.spans : run.spans.slice(0, ROWS)
  const costs = run.spans.some(({ cost, tokens }) => cost !== null || tokens !== null)
  return (
    <section>
      <h2 id="steps">Steps</h2>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="steps">
        <table class="steps">
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Step</th>
              <th scope="col">Agent</th>
              <th scope="col" class="number">
                Began
              </th>
              <th scope="col" class="number">
                Took
              </th>
              {costs && (
                <>
                  <th scope="col" class="number">
                    Tokens
                  </th>
                  <th scope="col" class="number">
                    Cost
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((step, at) => (
              <Row key={at} {...{ run, step, at, costs, plain }} on={at === selected} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length < run.spans.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {countOf(run.spans.length)} steps
        </button>
      )}
      {run.left > 0 && <p class="muted">{countOf(run.left)} later steps are not shown.</p>}
    </section>
  )
}

interface RowProps {
  readonly run: ShownRun
  readonly plain: boolean
  readonly step: Step
  readonly at: number
  readonly costs: boolean
  readonly on: boolean
}

function Row({ run, step, at, costs, on, plain }: RowProps) {
  const { status, name, kind, lane, fromMs, toMs, tokens, cost } = step
  const called = <bdi>{name ?? kind}</bdi>
  return (
    <tr class={on ? 'on' : undefined}>
      <td>
        <Status of={status} />
      </td>
      <td>
        {plain ? (
          called
        ) : (
          <a href={`#step-${at}`} aria-current={on ? 'true' : undefined}>
            {called}
          </a>
        )}
      </td>
      <td>
        <bdi>{run.lanes[lane]?.name}</bdi>
      </td>
      <td class="number">{fromMs === null ? '' : duration(fromMs)}</td>
      <td class="number">{took(fromMs, toMs)}</td>
      {costs && (
        <>
          <td class="number">{tokens === null ? '' : countOf(tokens)}</td>
          <td class="number">{cost === null ? '' : money(cost)}</td>
        </>
      )}
    </tr>
  )
}

export function took(fromMs: number | null, toMs: number | null): string {
  if (fromMs === null) return ''
  return toMs === null ? '…' : duration(toMs - fromMs)
}

/** What every failed step says of it, each text once. */
export function ErrorMessages({ run }: { readonly run: ShownRun }) {
  const told = [...new Set(run.spans.flatMap(({ error }) => (error ? [error.message] : [])))]
  if (told.length === 0) return null
  return (
    <div class="error-messages" tabIndex={0} role="region" aria-label="Error messages">
      <p>Errors are shown:</p>
      <ul>
        {told.map((message) => (
          <li key={message}>
            <bdi>{message}</bdi>
          </li>
        ))}
      </ul>
    </div>
  )
}
