/** The run as a sequence: who hands what to whom, in the order of time. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { countOf } from '../../format.ts'
import { hint } from '../../hint.ts'
import { Empty, Loading } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import { peopleOf } from '../people.ts'
import type { Run } from '../run.ts'
import { columnsOf } from './columns.ts'
import type { Columns } from './columns.ts'
import { foldOf, hasFailed, messagesOf } from './messages.ts'
import type { Message } from './messages.ts'
import { heightOf, MessageRow } from './row.tsx'
import './style.css'
import { useRows } from './window.ts'

/** Borders and a bar to scroll with, px. */
const BESIDE_PX = 18
/** The heads of the columns, px. */
const HEAD_PX = 44

export function SequenceView({ run }: { readonly run: Run }) {
  const { handoffs, spans, complete, summary, version } = run
  const open = query.value.get('unfold')
  const people = useMemo(() => peopleOf(spans, handoffs), [version])
  const { setFrame, room } = useRoom()
  const columns = useMemo(() => columnsOf(handoffs, people, room), [version, room])
  const messages = useMemo(() => messagesOf(handoffs, open), [version, open])
  if (handoffs.length === 0) return complete ? <Nothing /> : <Loading what="the handoffs" />
  const failed = handoffs.filter(hasFailed).length
  const folds = messages.some(({ kind }) => kind === 'fold')
  return (
    <section class="sequence" aria-label="Sequence of handoffs" ref={setFrame}>
      <p class="row">
        <span>
          {countOf(handoffs.length)} {handoffs.length === 1 ? 'handoff' : 'handoffs'} between{' '}
          {columns.people.length + columns.others} participants
          {failed > 0 && <strong class="bad">, {countOf(failed)} failed</strong>}
          {!complete && '; more are loading'}
        </span>
        {folds && (
          <button type="button" onClick={() => change({ unfold: 'all' })}>
            Unfold repeated handoffs
          </button>
        )}
        {open !== null && (
          <button type="button" onClick={() => change({ unfold: undefined })}>
            Fold repeated handoffs
          </button>
        )}
        {failed > 0 && <NextFailure messages={messages} />}
      </p>
      <Diagram {...{ messages, people, columns, startUs: summary.startUs }} />
    </section>
  )
}

/** What a diagram within its border may take, px. */
function useRoom() {
  const [frame, setFrame] = useState<HTMLElement | null>(null)
  const [room, setRoom] = useState(0)
  useLayoutEffect(() => {
    if (frame === null) return
    const watch = new ResizeObserver(() => setRoom(frame.clientWidth - BESIDE_PX))
    watch.observe(frame)
    return () => watch.disconnect()
  }, [frame])
  return { setFrame, room }
}

const Nothing = () => (
  <Empty title="No handoffs in this run">
    <p>
      Nobody gave work to anybody else here, or nobody told of it. The timeline shows the steps.
    </p>
  </Empty>
)

export const spanOf = ({ kind, handoff: { spans } }: Message): string | undefined =>
  (kind === 'offer' ? (spans.giver ?? spans.taker) : (spans.taker ?? spans.giver)) ?? undefined

function select(message: Message): void {
  if (message.kind === 'fold') return change({ unfold: foldOf(message.all) })
  change({ span: spanOf(message), handoff: message.key })
}

/** Whoever looks for what broke goes from one failure to the next. */
function NextFailure({ messages }: { readonly messages: readonly Message[] }) {
  const failures = messages.filter(({ kind, handoff }) => kind === 'result' && hasFailed(handoff))
  const here = failures.findIndex(({ key }) => key === query.value.get('handoff'))
  const next = failures[(here + 1) % failures.length]
  if (next === undefined) return null
  return (
    <button type="button" onClick={() => select(next)}>
      {here < 0 ? 'Go to the first failure' : 'Next failure'}
    </button>
  )
}

interface DiagramProps {
  readonly messages: readonly Message[]
  readonly people: ReturnType<typeof peopleOf>
  readonly columns: Columns
  readonly startUs: number
}

function Diagram({ messages, people, columns, startUs }: DiagramProps) {
  const heights = useMemo(() => messages.map(heightOf), [messages])
  const rows = useRows(heights, HEAD_PX)
  const selected = query.value.get('handoff')
  const chosen = messages.findIndex(({ key }) => key === selected)
  const { focus, setFocus, keyDown } = useKeys(messages.length, rows)
  useEffect(() => {
    if (chosen >= 0) rows.show(chosen)
    if (chosen >= 0) setFocus(chosen)
  }, [chosen])
  const current = Math.min(focus, messages.length - 1)
  // The row that the keyboard is on stays, else the focus is lost as it leaves the window.
  const shown = messages.map((_, at) => at).slice(rows.from, rows.to)
  if (!shown.includes(current)) shown.push(current)
  return (
    <div
      class="scroll diagram"
      role="region"
      aria-label="Messages in the order of time"
      ref={rows.box}
      onScroll={rows.scrolled}
    >
      <Heads columns={columns} />
      <ol
        style={{ height: `${rows.tops.at(-1) ?? 0}px`, width: `${columns.width}px` }}
        onKeyDown={keyDown}
      >
        {shown.map((at) => {
          const message = messages[at] as Message
          return (
            <li
              key={message.key}
              aria-setsize={messages.length}
              aria-posinset={at + 1}
              style={{ top: `${rows.tops[at] ?? 0}px`, height: `${heights[at] ?? 0}px` }}
            >
              <MessageRow
                {...{ message, people, columns, startUs, at, focusable: at === current }}
                selected={message.key === selected}
                act={() => select(message)}
              />
            </li>
          )
        })}
      </ol>
    </div>
  )
}

/** One stop for the tab key; arrows go from message to message. */
function useKeys(count: number, rows: ReturnType<typeof useRows>) {
  const [focus, setFocus] = useState(0)
  const moved = useRef(false)
  // Before the next key can come.
  useLayoutEffect(() => {
    if (!moved.current) return
    moved.current = false
    rows.box.current?.querySelector<HTMLElement>(`[data-row="${focus}"]`)?.focus()
  }, [focus])
  const keyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 },
      ...{ Home: -count, End: count }
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const to = Math.max(0, Math.min(count - 1, focus + step))
    rows.show(to)
    moved.current = true
    setFocus(to)
  }
  return { focus, setFocus, keyDown }
}

/** Each stays in sight while its messages scroll by. Who they are stands in every message. */
function Heads({ columns }: { readonly columns: Columns }) {
  return (
    <div class="heads" aria-hidden="true" style={{ width: `${columns.width}px` }}>
      {columns.people.map(({ id, name, lane }) => (
        <span
          key={id}
          title={hint(id)}
          style={{
            left: `${columns.at(id) - columns.column / 2 + 6}px`,
            width: `${columns.column - 12}px`,
            borderColor: `var(--lane-${lane})`
          }}
        >
          <bdi>{name}</bdi>
        </span>
      ))}
      {columns.others > 0 && (
        <span
          style={{
            left: `${columns.width - columns.column + 6}px`,
            width: `${columns.column - 12}px`
          }}
        >
          {columns.others} others
        </span>
      )}
    </div>
  )
}
