/** One task, from its submission to the answer that was opened: found by its id, or picked. */

import { useEffect, useState } from 'preact/hooks'
import { get } from '../api.ts'
import { useLoad } from '../load.ts'
import { TextField } from '../parts/field.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import { useNews } from '../refresh.ts'
import { change, query } from '../route.ts'
import type { Task } from '../types.ts'
import type { Names } from './names.ts'
import { Recent } from './recent.tsx'
import { Steps } from './steps.tsx'

export function Follow({ names }: { readonly names: Names }) {
  const task = query.value.get('task') ?? ''
  return (
    <>
      <Search task={task} />
      {task === '' ? <Recent names={names} /> : <Journey task={task} names={names} />}
    </>
  )
}

function Search({ task }: { readonly task: string }) {
  const [text, setText] = useState(task)
  useEffect(() => setText(task), [task])
  const submit = (event: Event): void => {
    event.preventDefault()
    change({ tab: 'task', task: text.trim(), trace: undefined })
  }
  return (
    <form class="days" role="search" onSubmit={submit}>
      <TextField
        {...{ label: 'Id of a task or a handoff', type: 'search', value: text, onChange: setText }}
        hint="as peerwork run --json, peerwork tasks, or a span says it"
      />
      <button type="submit">Follow</button>
      {task !== '' && (
        <button type="button" onClick={() => change({ task: undefined, trace: undefined })}>
          All recent
        </button>
      )}
    </form>
  )
}

interface JourneyProps {
  readonly task: string
  readonly names: Names
}

function Journey({ task, names }: JourneyProps) {
  const trace = query.value.get('trace') ?? undefined
  const { value, error, again, loading } = useLoad(`task ${task} ${trace}`, (signal) =>
    get<Task>(`/api/v1/tasks/${encodeURIComponent(task)}`, { trace }, signal)
  )
  useNews({ again, loading })
  if (value === undefined) {
    if (error === undefined) return <Loading what="the task" />
    return <Failure what="This task" error={error} again={again} />
  }
  if (value.trace === null) return <NotFound of={value} />
  return (
    <>
      {error && <Failure what="News of this task" error={error} again={again} />}
      <Steps of={value} names={names} />
    </>
  )
}

function NotFound({ of: { looked, all } }: { readonly of: Task }) {
  const among = looked === 1 ? 'the one handoff' : `${looked} handoffs`
  return (
    <div class="empty" role="status">
      <h2>No such task was heard of</h2>
      <p>
        It is not among {all ? `${among} that are kept` : `the newest ${looked} handoffs`}.{' '}
        {all
          ? 'Is the id whole? Either of its two agents may also not have told of it yet.'
          : 'If it is older, open its trace and follow it from there.'}
      </p>
    </div>
  )
}
