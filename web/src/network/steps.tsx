/** The steps of one task on both of its sides, with whose word each one is. */

import { duration, moment } from '../format.ts'
import { Link } from '../link.tsx'
import { Status } from '../parts/status.tsx'
import type { Handoff, Task } from '../types.ts'
import { called } from './names.ts'
import type { Names } from './names.ts'

type Step = Task['steps'][number]

/** What a step means, by who tells of it. */
const WORDS: Readonly<Record<string, string>> = {
  'giver submitted': 'Sent',
  'giver routed': 'Chose whom to ask',
  'giver accepted': 'Heard that it was accepted',
  'giver streaming': 'Got the first piece of the answer',
  'giver completed': 'Got the answer',
  'giver failed': 'Heard that it failed',
  'giver rejected': 'Heard that it was rejected',
  'giver canceled': 'Canceled it',
  'giver replayed': 'Got the answer of before again',
  'taker received': 'Received',
  'taker accepted': 'Accepted',
  'taker rejected': 'Rejected',
  'taker started': 'Began to work',
  'taker progress': 'Told of progress',
  'taker streaming': 'Sent the first piece of the answer',
  'taker handed-on': 'Handed a part on',
  'taker completed': 'Finished',
  'taker failed': 'Failed',
  'taker canceled': 'Stopped: it was canceled',
  'taker replayed': 'Sent the answer of before again'
}

/** Where the word of an agent means more: it says this only of what it checked. */
const SEALED: Readonly<Record<string, string>> = {
  'giver submitted': 'Signed and sent',
  'giver completed': 'Received the answer: its seal was checked, and it was opened',
  'taker received': 'Received and opened: its seal was checked',
  'taker completed': 'Finished: signed and sent the answer'
}

interface StepsProps {
  readonly of: Task
  readonly names: Names
}

export function Steps({ of, names }: StepsProps) {
  const { steps, handoffs, trace } = of
  const first = steps[0]?.atUs ?? 0
  return (
    <section class="panel" aria-label="The way of the task">
      {handoffs.map((one) => (
        <Head key={one.id} of={one} names={names} />
      ))}
      <p>
        <Link to={`/trace/${trace}`}>The whole trace</Link>
        <span class="muted"> Times are by each side’s own clock.</span>
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label="Steps, table">
        <table class="steps">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Who</th>
              <th scope="col" class="number">
                After
              </th>
              <th scope="col">At</th>
              <th scope="col">Whose word</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step, at) => (
              <Row
                key={`${at} ${step.what}`}
                {...{ of: step, names, first, trace }}
                party={handoffs[0]?.[step.side === 'giver' ? 'from' : 'to'] ?? null}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Missing steps={steps} handoffs={handoffs} />
    </section>
  )
}

function Head({ of, names }: { readonly of: Handoff; readonly names: Names }) {
  const { skill, id, from, to, status, error, split } = of
  const parts = [
    ['waited', split.waitingMs],
    ['worked', split.workingMs],
    ['travelled', split.travellingMs]
  ] as const
  const told = parts
    .filter(([, ms]) => ms !== null)
    .map(([word, ms]) => `${word} ${duration(ms ?? 0)}`)
  return (
    <div>
      <h2>
        <bdi class="called">{skill ?? id}</bdi>
      </h2>
      <p class="row">
        <Status of={status} />
        <span>
          from <bdi class="called">{called(from, names)}</bdi> to{' '}
          <bdi class="called">{called(to, names)}</bdi>
        </span>
        {told.length > 0 && <span class="muted">{told.join(', ')}</span>}
      </p>
      {error !== null && (
        <p class="wrong">
          <bdi>
            {error.code}
            {error.message === '' || error.message === error.code ? '' : `: ${error.message}`}
          </bdi>
        </p>
      )}
      {of.disagreements.map((one) => (
        <p key={one} class="notice">
          The two sides disagree: <bdi>{one}</bdi>.
        </p>
      ))}
    </div>
  )
}

interface RowProps {
  readonly of: Step
  /** Whom a key speaks of. */
  readonly party: string | null
  readonly names: Names
  readonly first: number
  readonly trace: string | null
}

function Row({ of: step, party, names, first, trace }: RowProps) {
  const { atUs, side, by, what, about, span, sealed } = step
  const key = `${side} ${what}`
  const usual = WORDS[key] ?? `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`
  const words = sealed ? (SEALED[key] ?? usual) : usual
  return (
    <tr class={side}>
      <td class="wide">
        {trace === null || span === null ? (
          words
        ) : (
          <Link to={`/trace/${trace}?span=${span}`}>{words}</Link>
        )}
        {about !== null && (
          <div class="muted">
            <bdi>{about}</bdi>
          </div>
        )}
      </td>
      <td>
        <bdi class="called">{called(sealed ? by : party, names)}</bdi>
        <div class="muted nowrap">{side === 'giver' ? 'who asked' : 'who worked'}</div>
      </td>
      <td class="number">{duration(Math.max(0, (atUs - first) / 1_000))}</td>
      <td class="nowrap">{moment(atUs)}</td>
      <td>
        {sealed ? (
          '✓ signed by it'
        ) : (
          <>
            said with the key “<bdi class="called">{by}</bdi>”
          </>
        )}
      </td>
    </tr>
  )
}

/** A side that told nothing is no proof that it did nothing. */
function Missing({ steps, handoffs }: Pick<Task, 'steps' | 'handoffs'>) {
  const silent = (['giver', 'taker'] as const).filter(
    (side) => !steps.some((step) => step.side === side)
  )
  const open = handoffs.some(({ status }) => status === 'offered' || status === 'accepted')
  return (
    <>
      {silent.map((side) => (
        <p key={side} class="notice">
          {side === 'giver' ? 'Who asked for it' : 'Who was to do it'} has told nothing of it yet.
          It may be away, or may not be let to tell this observer.
        </p>
      ))}
      {open && <p class="muted">It is not over: new steps appear here by themselves.</p>}
    </>
  )
}
