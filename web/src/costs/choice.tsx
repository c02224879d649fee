/** Which time is looked at, by the hour or by the day. */

import { useEffect, useState } from 'preact/hooks'
import { TextField } from '../parts/field.tsx'
import { change } from '../route.ts'
import { SPANS } from './window.ts'
import type { TimeWindow } from './window.ts'

export function Choice({ window }: { readonly window: TimeWindow }) {
  const { since, grain } = window
  const none = { from: undefined, to: undefined, by: undefined }
  return (
    <div class="panel choice">
      <div class="row" role="group" aria-label="Time">
        {SPANS.map(([id, words]) => (
          <button
            key={id}
            type="button"
            aria-pressed={since === id}
            onClick={() => change({ ...none, since: id })}
          >
            {words}
          </button>
        ))}
      </div>
      <Days window={window} />
      <div class="row" role="group" aria-label="Bars by">
        {(['hour', 'day'] as const).map((by) => (
          <button key={by} type="button" aria-pressed={grain === by} onClick={() => change({ by })}>
            by {by}
          </button>
        ))}
      </div>
    </div>
  )
}

/** They count once the day is whole: while a year is typed it is the year 2. */
function Days({ window: { from = '', to = '' } }: { readonly window: TimeWindow }) {
  const [days, setDays] = useState({ from, to })
  useEffect(() => setDays({ from, to }), [from, to])
  const wrong = days.from !== '' && days.to !== '' && days.from > days.to
  const apply = (event: Event): void => {
    event.preventDefault()
    if (!wrong) change({ from: days.from, to: days.to, since: undefined, by: undefined })
  }
  return (
    <form class="days" onSubmit={apply} noValidate aria-label="Days">
      <TextField
        {...{ label: 'From', type: 'date', value: days.from }}
        onChange={(text) => setDays((before) => ({ ...before, from: text }))}
      />
      <TextField
        {...{ label: 'To (included, UTC)', type: 'date', value: days.to }}
        {...(wrong && { error: 'before the first day' })}
        onChange={(text) => setDays((before) => ({ ...before, to: text }))}
      />
      <button type="submit">Show</button>
    </form>
  )
}
