/** What was told of moments within a span, in their order. */

import { useState } from 'preact/hooks'
import { countOf, duration } from '../../format.ts'
import type { Fact } from '../../types.ts'
import { Json } from './json.tsx'

const SHOWN = 30

interface FactsProps {
  readonly facts: readonly Fact[]
  /** µs since 1970: when the span began. */
  readonly startUs: number | undefined
}

export function Facts({ facts, startUs }: FactsProps) {
  const [shown, setShown] = useState(SHOWN)
  if (facts.length === 0) return null
  return (
    <section>
      <h3>Events</h3>
      <ol class="events">
        {facts.slice(0, shown).map(({ id, type, atUs, body }) => (
          <li key={id}>
            <Event
              type={type}
              body={body}
              after={startUs === undefined ? undefined : atUs - startUs}
            />
          </li>
        ))}
      </ol>
      {facts.length > shown && (
        <button type="button" onClick={() => setShown(facts.length)}>
          {countOf(facts.length - shown)} more
        </button>
      )}
    </section>
  )
}

interface EventProps {
  readonly type: string
  readonly body: Fact['body']
  /** µs */
  readonly after: number | undefined
}

function Event({ type, body, after }: EventProps) {
  const [open, setOpen] = useState(false)
  const when =
    after === undefined
      ? ''
      : after >= 0
        ? `after ${duration(after / 1_000)}`
        : `${duration(-after / 1_000)} before`
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <bdi class="mono">{type.slice(0, 120)}</bdi> <span class="muted">{when}</span>
      </summary>
      {open && <Json of={body} />}
    </details>
  )
}
