/** Bars over time, and the same as a table for who does not see bars. */

import { countOf, money } from '../format.ts'
import { Link } from '../link.tsx'
import type { Bar, Measure } from './sums.ts'

const HEIGHT = 120
const WIDE = 10
const GAP = 2

interface ChartProps {
  readonly bars: readonly Bar[]
  readonly measure: Measure
  readonly grain: 'hour' | 'day'
  /** Where the hours of a day are. */
  readonly dayLink: (date: string) => string
}

export const shownBy = (measure: Measure) => (measure === 'cost' ? money : countOf)

/** `2026-11-20`, `2026-11-20 14:00`; UTC, as the sums are. */
export function labelOf(atMs: number, grain: 'hour' | 'day'): string {
  const text = new Date(atMs).toISOString()
  return grain === 'day' ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`
}

export function Chart({ bars, measure, grain, dayLink }: ChartProps) {
  const most = Math.max(...bars.map(({ value }) => value))
  const shown = shownBy(measure)
  const highest = bars.find(({ value }) => value === most)
  const first = bars[0]
  const last = bars.at(-1)
  if (most === 0 || first === undefined || last === undefined || highest === undefined) {
    return <p class="muted">Nothing to draw in this time.</p>
  }
  const when = grain === 'day' ? 'on' : 'in the hour from'
  const peak = `${shown(most)} ${when} ${labelOf(highest.atMs, grain)}`
  return (
    <figure class="chart">
      <figcaption class="row">
        <span class="muted">Most: {peak} (UTC)</span>
        {measure === 'cost' && <Legend />}
      </figcaption>
      <svg
        viewBox={`0 0 ${bars.length * WIDE} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${measure} by ${grain}; most: ${peak}. The table below has all of it.`}
      >
        {bars.map((bar, at) => (
          <Drawn key={bar.atMs} {...{ bar, at, most }} title={titleOf(bar, measure, grain)} />
        ))}
      </svg>
      <p class="ends muted" aria-hidden="true">
        <span>{labelOf(first.atMs, grain)}</span>
        <span>{labelOf(last.atMs, grain)}</span>
      </p>
      <details>
        <summary>As a table</summary>
        <BarTable {...{ bars, measure, grain, dayLink }} />
      </details>
    </figure>
  )
}

const Legend = () => (
  <span class="legend">
    <span>
      <i class="reported" aria-hidden="true" /> reported
    </span>
    <span>
      <i class="estimated" aria-hidden="true" /> estimated
    </span>
  </span>
)

const titleOf = ({ atMs, value }: Bar, measure: Measure, grain: 'hour' | 'day'): string =>
  `${labelOf(atMs, grain)}: ${shownBy(measure)(value)}`

interface DrawnProps {
  readonly bar: Bar
  readonly at: number
  readonly most: number
  readonly title: string
}

/** What was estimated stands on what was reported. */
function Drawn({ bar: { value, estimated }, at, most, title }: DrawnProps) {
  const tall = (part: number): number => (part === 0 ? 0 : Math.max(1, (part / most) * HEIGHT))
  const [sure, guessed] = [tall(value - estimated), tall(estimated)]
  const place = { x: at * WIDE + GAP / 2, width: WIDE - GAP }
  return (
    <g>
      <title>{title}</title>
      <rect class="ground" {...place} y={0} height={HEIGHT} />
      <rect class="reported" {...place} y={HEIGHT - sure} height={sure} />
      <rect class="estimated" {...place} y={HEIGHT - sure - guessed} height={guessed} />
    </g>
  )
}

function BarTable({ bars, measure, grain, dayLink }: ChartProps) {
  const shown = shownBy(measure)
  return (
    <div class="scroll low" tabIndex={0} role="group" aria-label={`${measure} by ${grain}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{grain === 'day' ? 'Day (UTC)' : 'Hour (UTC)'}</th>
            <th scope="col" class="number">
              {measure}
            </th>
            {measure === 'cost' && (
              <th scope="col" class="number">
                of it estimated
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {bars.toReversed().map(({ atMs, value, estimated }) => (
            <tr key={atMs}>
              <td class="nowrap">
                {grain === 'day' ? (
                  <Link to={dayLink(labelOf(atMs, 'day'))}>{labelOf(atMs, 'day')}</Link>
                ) : (
                  labelOf(atMs, 'hour')
                )}
              </td>
              <td class="number">{shown(value)}</td>
              {measure === 'cost' && <td class="number">{shown(estimated)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
