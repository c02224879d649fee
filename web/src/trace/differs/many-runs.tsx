/** Failing and passing runs of the same name, many against many. */

import { countOf } from '../../format.ts'
import { useLoad } from '../../load.ts'
import { Failure, Loading } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import type { TraceSummary } from '../../types.ts'
import { compareRuns, standsOut } from './many.ts'
import type { Comparison, Trait } from './many.ts'
import { COMPARED_MAX, loadRuns, SPANS_MAX } from './runs.ts'
import type { Alike } from './runs.ts'

/** With fewer of either, much differs by chance: from here on a pattern can show. */
const ENOUGH = 5
/** Rows, count. */
const TRAITS_MAX = 40

interface ManyProps {
  readonly run: TraceSummary
  readonly alike: Alike
}

export function ManyRuns({ run, alike }: ManyProps) {
  const failing = withThis(run, alike.failing, 'error')
  const passing = withThis(run, alike.passing, 'ok')
  const asked = query.value.has('many')
  const count = (runs: readonly TraceSummary[], word: string): string =>
    `${runs.length} ${word} ${runs.length === 1 ? 'run' : 'runs'}`
  return (
    <section class="panel" aria-label="Failing and passing runs">
      <h2>What failing runs have in common</h2>
      {failing.length === 0 || passing.length === 0 ? (
        <p class="muted">
          There {failing.length === 0 ? 'is no failing' : 'is no passing'} run of this name to
          compare with.
        </p>
      ) : (
        <p>
          <button type="button" onClick={() => change({ many: asked ? undefined : '1' })}>
            {asked
              ? 'Hide the comparison'
              : `Compare ${count(failing, 'failing')} with ${count(passing, 'passing')}`}
          </button>
        </p>
      )}
      {asked && failing.length > 0 && passing.length > 0 && (
        <Traits failing={failing} passing={passing} />
      )}
    </section>
  )
}

/** This run counts as one of them. */
function withThis(
  run: TraceSummary,
  others: readonly TraceSummary[],
  status: TraceSummary['status']
): readonly TraceSummary[] {
  return [...(run.status === status ? [run] : []), ...others].slice(0, COMPARED_MAX)
}

interface TraitsProps {
  readonly failing: readonly TraceSummary[]
  readonly passing: readonly TraceSummary[]
}

function Traits({ failing, passing }: TraitsProps) {
  const key = [...failing, ...passing].map(({ trace }) => trace).join()
  const { value, error, again } = useLoad(`many ${key}`, async (signal) => {
    const [bad, good] = [await loadRuns(failing, signal), await loadRuns(passing, signal)]
    return { compared: compareRuns(bad.runs, good.runs), cut: bad.cut + good.cut }
  })
  if (value === undefined) {
    if (error !== undefined) return <Failure what="These runs" error={error} again={again} />
    return <Loading what="these runs" rows={3} />
  }
  const { compared, cut } = value
  const few = compared.failing < ENOUGH || compared.passing < ENOUGH
  return (
    <>
      {few && (
        <p class="notice">
          Only {compared.failing} failing and {compared.passing} passing: with so few, most of what
          differs is chance.
        </p>
      )}
      {cut > 0 && (
        <p class="muted">
          Of {cut} of them only the first {SPANS_MAX} steps were compared.
        </p>
      )}
      {compared.traits.length === 0 ? (
        <p>No agent, model, tool, error or slow step is more frequent in failing runs.</p>
      ) : (
        <Table compared={compared} />
      )}
      <p class="muted">
        {countOf(compared.looked)} traits were looked at; of so many, a few differ by chance alone.
        “Stands out” means that chance would do so less than once in twenty such comparisons.
      </p>
    </>
  )
}

function Table({ compared }: { readonly compared: Comparison }) {
  const { traits, failing, passing } = compared
  return (
    <div class="scroll" role="region" aria-label="More frequent in failing runs" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">More frequent in failing runs</th>
            <th scope="col" class="number">
              Failing
            </th>
            <th scope="col" class="number">
              Passing
            </th>
            <th scope="col">By chance?</th>
          </tr>
        </thead>
        <tbody>
          {traits.slice(0, TRAITS_MAX).map((trait) => (
            <tr key={`${trait.kind} ${trait.value}`}>
              <td>
                <span class="muted">{trait.kind}</span>{' '}
                <strong>
                  <bdi>{trait.value}</bdi>
                </strong>
              </td>
              <td class="number">
                {trait.failing} of {failing}
              </td>
              <td class="number">
                {trait.passing} of {passing}
              </td>
              <td>{chanceWords(trait, compared)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function chanceWords(trait: Trait, compared: Comparison): string {
  if (standsOut(trait, compared)) return '★ stands out'
  return trait.chance < 0.05 ? 'perhaps not' : 'may well be'
}
