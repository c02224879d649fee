/** How a piece of work was handed on: what either side vouches for, and where its time went. */

import { countOf, duration } from '../../format.ts'
import { Status } from '../../parts/status.tsx'
import type { Handoff } from '../../types.ts'
import { SpanLink } from './span-link.tsx'

const EVIDENCE = { sealed: 'sealed', claimed: 'told, unsigned', missing: 'not heard of' } as const
const SPLIT = [
  ...([
    ['waitingMs', 'waiting'],
    ['workingMs', 'working']
  ] as const),
  ...([['travellingMs', 'on the way']] as const)
]

export function HandoffPart({ of, here }: { readonly of: Handoff; readonly here: string }) {
  const { from, to, mode, status, evidence, split, bytes, spans, disagreements, error } = of
  const parts = SPLIT.filter(([name]) => split[name] !== null)
  const [giver, taker] = [from ?? 'not told', to ?? 'not told']
  const arrow = <span aria-label="to">→</span>
  return (
    <section>
      <h3>Handoff</h3>
      <p>
        <bdi>{giver}</bdi> {arrow} <bdi>{taker}</bdi> <Status of={status} />{' '}
        <span class="muted">{mode}</span>
      </p>
      {error !== null && (
        <p class="status error wrap">
          <bdi>
            {error.code}: {error.message}
          </bdi>
        </p>
      )}
      <p>
        Giver: {EVIDENCE[evidence.giver]}. Taker: {EVIDENCE[evidence.taker]}.
      </p>
      {split.totalMs !== null && (
        <p>
          {duration(split.totalMs)} in all
          {parts.map(([name, word]) => `, ${duration(split[name] ?? 0)} ${word}`).join('')}.
          {bytes !== null && ` ${countOf(bytes)} bytes.`}
        </p>
      )}
      {disagreements.length > 0 && (
        <div class="notice">
          <strong>The two sides do not say the same.</strong>
          <ul>
            {disagreements.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
      <p class="row">
        {spans.giver !== null && spans.giver !== here && (
          <SpanLink to={spans.giver}>The giver’s span</SpanLink>
        )}
        {spans.taker !== null && spans.taker !== here && (
          <SpanLink to={spans.taker}>The taker’s span</SpanLink>
        )}
      </p>
    </section>
  )
}
