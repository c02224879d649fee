/** One alert: what it is about, and what can be done with it. */

import { useId, useState } from 'preact/hooks'
import { send } from '../api.ts'
import type { ApiError } from '../api.ts'
import { ago, countOf, moment } from '../format.ts'
import { Link } from '../link.tsx'
import { useMayChange, WHY_NOT } from '../me.tsx'
import { useNow } from '../refresh.ts'
import type { Alert, KeptRule } from '../types.ts'
import { SEVERITIES } from './words.ts'

interface CardProps {
  readonly alert: Alert
  /** Undefined when it was taken away, or is not loaded yet. */
  readonly rule: KeptRule | undefined
  readonly again: () => void
}

const STATES: Readonly<Record<Alert['state'], string>> = {
  open: '● open',
  acknowledged: '◐ acknowledged',
  resolved: '✓ resolved'
}

export function AlertCard({ alert, rule, again }: CardProps) {
  const title = useId()
  const { severity, state } = alert
  return (
    <li class={`alert ${state === 'resolved' ? 'over' : severity}`} aria-labelledby={title}>
      <div class="row">
        <strong class="severity">{SEVERITIES[severity]}</strong>
        <h2 id={title}>
          <bdi>{alert.title}</bdi>
        </h2>
        <span class="nowrap">{STATES[state]}</span>
      </div>
      {alert.detail !== '' && (
        <p>
          <bdi>{alert.detail}</bdi>
        </p>
      )}
      <About alert={alert} rule={rule} />
      {state !== 'resolved' && <Acts alert={alert} again={again} title={title} />}
    </li>
  )
}

function About({ alert, rule }: Omit<CardProps, 'again'>) {
  const now = useNow()
  const { opened, last, count, trace, resolved, acknowledgedBy, silencedUntil } = alert
  return (
    <p class="row muted">
      <span>
        Rule{' '}
        {rule === undefined ? (
          <code>{alert.rule}</code>
        ) : (
          <Link to={`/alerts?tab=rules&edit=${encodeURIComponent(rule.id)}`}>
            <bdi class="called">{rule.rule.name}</bdi>
          </Link>
        )}
      </span>
      <span title={moment(opened * 1_000)}>since {ago(opened * 1_000, now)}</span>
      {last !== opened && <span>last {ago(last * 1_000, now)}</span>}
      {count > 1 && <span>{countOf(count)} times</span>}
      {acknowledgedBy !== null && (
        <span>
          seen to by <bdi>{acknowledgedBy}</bdi>
        </span>
      )}
      {silencedUntil !== null && <span>silent until {moment(silencedUntil * 1_000)}</span>}
      {resolved !== null && <span>resolved {ago(resolved * 1_000, now)}</span>}
      {trace !== null && <Link to={`/trace/${trace}`}>Open the trace</Link>}
    </p>
  )
}

const SILENCES = [
  ['60', 'an hour'],
  ['480', '8 hours'],
  ['1440', 'a day'],
  ['10080', 'a week']
] as const

interface ActsProps {
  readonly alert: Alert
  readonly again: () => void
  /** Id of the words that say which one is meant. */
  readonly title: string
}

function Acts({ alert: { id, state, silencedUntil }, again, title }: ActsProps) {
  const may = useMayChange()
  const select = useId()
  const [minutes, setMinutes] = useState('60')
  const [error, setError] = useState<ApiError>()
  const act = (what: string, body?: object): void => {
    send('POST', `/api/v1/alerts/${encodeURIComponent(id)}/${what}`, body).then(
      () => {
        setError(undefined)
        again()
      },
      (thrown: unknown) => setError(thrown as ApiError)
    )
  }
  const barred = may ? {} : { disabled: true, 'aria-describedby': WHY_NOT }
  const described = may ? { 'aria-describedby': title } : barred
  return (
    <div class="row">
      {state === 'open' && (
        <button type="button" {...described} onClick={() => act('acknowledge')}>
          Acknowledge
        </button>
      )}
      {silencedUntil === null ? (
        <span class="row tight">
          <label class="unseen" for={select}>
            Silence for
          </label>
          <select
            {...{ id: select, value: minutes, ...barred }}
            onChange={(event) => setMinutes(event.currentTarget.value)}
          >
            {SILENCES.map(([one, words]) => (
              <option key={one} value={one}>
                {words}
              </option>
            ))}
          </select>
          <button
            type="button"
            {...described}
            onClick={() => act('silence', { minutes: Number(minutes) })}
          >
            Silence
          </button>
        </span>
      ) : (
        <button type="button" {...described} onClick={() => act('silence', { minutes: 0 })}>
          End the silence
        </button>
      )}
      {error && (
        <span class="wrong" role="alert">
          {error.message}
        </span>
      )}
    </div>
  )
}
