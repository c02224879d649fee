/** The chosen step of a shared run, between the picture and the list. */

import { countOf, money } from '../format.ts'
import { useOpened } from '../parts/opened.ts'
import { Status } from '../parts/status.tsx'
import { took } from './steps.tsx'
import type { ShownRun } from './types.ts'

interface DetailProps {
  readonly run: ShownRun
  /** Its place among the run's spans. */
  readonly at: number
  readonly close: () => void
}

export function StepDetail(props: DetailProps) {
  const { at } = props
  // Another step is opened anew, also for who hears what has the focus.
  return props.run.spans[at] === undefined ? null : <Opened key={at} {...props} />
}

function Opened({ run, at, close }: DetailProps) {
  const head = useOpened()
  const step = run.spans[at]
  if (step === undefined) return null
  const { name, kind, status, lane, error, fromMs, toMs, attributes } = step
  const facts = {
    ...{ agent: run.lanes[lane]?.name, kind, took: took(fromMs, toMs) },
    ...{ skill: step.skill, model: step.model, tool: step.tool },
    tokens: step.tokens === null ? null : countOf(step.tokens),
    cost: step.cost === null ? null : money(step.cost),
    ...attributes
  }
  const told = Object.entries(facts).filter(
    ([, value]) => value !== null && value !== undefined && value !== ''
  )
  return (
    <section
      class="panel"
      aria-label="Chosen step"
      onKeyDown={({ key }) => key === 'Escape' && close()}
    >
      <div class="row">
        <h2 tabIndex={-1} ref={head}>
          <bdi>{name ?? kind}</bdi>
        </h2>
        <Status of={status} />
        <a href="#">Close</a>
      </div>
      {error !== null && (
        <p class="failure">
          <code>{error.code}</code> <bdi>{error.message}</bdi>
        </p>
      )}
      <dl>
        {told.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>
              <bdi>{String(value)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
