/** One message of the diagram: an arrow to look at, and the same as a sentence to hear. */

import { duration, money } from '../../format.ts'
import type { People } from '../people.ts'
import type { Columns } from './columns.ts'
import { GUTTER_PX } from './columns.ts'
import { hasEnded, hasFailed } from './messages.ts'
import type { Message } from './messages.ts'
import { quantile, splitOf, splitWords, tookMs } from './split.ts'

const HEIGHTS = { offer: 42, accepted: 30, result: 54, fold: 48 } as const
export const heightOf = ({ kind }: Message): number => HEIGHTS[kind]
/** Words of an arrow that is shorter reach beyond it, px. */
const LABEL_PX_MIN = 290
/** Between a column's middle and the end of an arrow to itself, px. */
const LOOP_PX = 34

interface RowProps {
  readonly message: Message
  readonly people: People
  readonly columns: Columns
  /** µs: times are told from here on. */
  readonly startUs: number
  readonly selected: boolean
  readonly focusable: boolean
  readonly at: number
  act(): void
}

export function MessageRow(props: RowProps) {
  const { message, people, columns, startUs, selected, focusable, at, act } = props
  const { kind, atUs } = message
  const [from, to] = [columns.at(message.from), columns.at(message.to)]
  const { left, width } = labelBox(columns, from, to)
  const time = atUs === null ? '' : `+${duration(Math.max(0, atUs - startUs) / 1_000)}`
  return (
    <button
      type="button"
      class={`message ${kind}${isBad(message) ? ' bad' : ''}${from === to ? ' self' : ''}`}
      aria-current={selected ? 'true' : undefined}
      aria-expanded={kind === 'fold' ? false : undefined}
      tabIndex={focusable ? 0 : -1}
      data-row={at}
      onClick={act}
    >
      <span class="unseen">
        <Sentence message={message} people={people} time={time} />
      </span>
      <time aria-hidden="true">{time}</time>
      <Arrow message={message} columns={columns} from={from} to={to} />
      <span class="label" aria-hidden="true" style={{ left: `${left}px`, width: `${width}px` }}>
        <Label message={message} />
      </span>
    </button>
  )
}

/** In the middle of its arrow, and within the diagram; by its left end where one has to scroll. */
function labelBox(columns: Columns, from: number, to: number): { left: number; width: number } {
  const long = from === to ? columns.column / 2 : Math.abs(from - to)
  const room = columns.width - GUTTER_PX
  const wide = Math.min(room, columns.scrolls ? LABEL_PX_MIN : Math.max(LABEL_PX_MIN, long))
  const begin = Math.min(from, to)
  if (from === to) return { left: from + LOOP_PX, width: Math.max(90, long - LOOP_PX) }
  const middle = (from + to) / 2
  const left = columns.scrolls && long > wide ? begin : middle - wide / 2
  return { left: Math.max(GUTTER_PX, Math.min(columns.width - wide, left)), width: wide }
}

const isBad = ({ kind, handoff }: Message): boolean => kind === 'result' && hasFailed(handoff)

function Sentence({ message, people, time }: Pick<RowProps, 'message' | 'people'> & TimeProps) {
  const { kind, handoff, all, from, to } = message
  const [one, other] = [<bdi>{people.of(from).name}</bdi>, <bdi>{people.of(to).name}</bdi>]
  const skill = <bdi>{handoff.skill ?? 'work'}</bdi>
  const when = time === '' ? '' : `, ${time}`
  if (kind === 'fold') {
    return (
      <>
        {all.length} times {one} hands {skill} to {other}: {foldWords(all)}
        {when}. Show each.
      </>
    )
  }
  if (kind === 'offer') {
    return (
      <>
        {one} offers {skill} to {other}
        {hasEnded(handoff) ? '' : ', no answer is known'}
        {when}
      </>
    )
  }
  if (kind === 'accepted') {
    return (
      <>
        {one} accepts {skill} from {other}
        {when}
      </>
    )
  }
  return (
    <>
      {one} answers {other}: {skill} <Ending message={message} />
      {when}. {splitWords(handoff)}. {handoff.disagreements.join('. ')}
    </>
  )
}

interface TimeProps {
  readonly time: string
}

function Ending({ message: { handoff } }: { readonly message: Message }) {
  const { status, error } = handoff
  const took = tookMs(handoff)
  const after = took === null ? '' : ` · ${duration(took)}`
  if (status === 'ok') return <>ok{after}</>
  const word = status === 'error' ? 'failed' : status
  return (
    <>
      {word} <bdi>{error?.code === status ? '' : error?.code}</bdi>
      {after}
    </>
  )
}

function Label({ message }: { readonly message: Message }) {
  const { kind, handoff, all } = message
  const skill = <bdi>{handoff.skill ?? 'work'}</bdi>
  if (kind === 'accepted') return <small>accepted</small>
  if (kind === 'offer') {
    return (
      <>
        {skill}
        {MODES[handoff.mode]}
        {!hasEnded(handoff) && <small> … no answer yet</small>}
      </>
    )
  }
  if (kind === 'fold') {
    return (
      <>
        <strong>
          ×{all.length} {skill}
        </strong>
        <small>{foldWords(all)}</small>
      </>
    )
  }
  return (
    <>
      <strong>
        {hasFailed(handoff) ? '✕ ' : handoff.status === 'ok' ? '✓ ' : '⊘ '}
        <Ending message={message} />
        {handoff.disagreements.length > 0 && ' ≠'}
      </strong>
      <small>{splitWords(handoff)}</small>
      <SplitBar of={message} />
    </>
  )
}

const MODES = { 'return-to-caller': '', 'pass-control': ' · passes control', human: ' · a person' }

function SplitBar({ of: { handoff } }: { readonly of: Message }) {
  const parts = splitOf(handoff)
  if (parts.every(({ ms }) => ms === 0)) return null
  return (
    <span class="split">
      {parts.map(({ name, ms }) => (
        <i key={name} class={name} style={{ flexGrow: String(ms) }} />
      ))}
    </span>
  )
}

/** `12 ok, 1 canceled · p95 1.2 s · $0.03`. */
function foldWords(all: Message['all']): string {
  const counts = Map.groupBy(all, ({ status }) => status)
  const ends = [...counts].map(([status, { length }]) => `${length} ${status}`).join(', ')
  const p95 = quantile(
    all.flatMap((one) => tookMs(one) ?? []),
    0.95
  )
  const cost = all.reduce((sum, one) => sum + (one.cost ?? 0), 0)
  const time = p95 === null ? '' : ` · p95 ${duration(p95)}`
  return `${ends}${time}${cost === 0 ? '' : ` · ${money(cost)}`}`
}

interface ArrowProps {
  readonly message: Message
  readonly columns: Columns
  readonly from: number
  readonly to: number
}

function Arrow({ message, columns, from, to }: ArrowProps) {
  const height = heightOf(message)
  const y = ARROW_Y[message.kind]
  const count = columns.people.length + (columns.others === 0 ? 0 : 1)
  const lines = Array.from({ length: count }, (_, n) => GUTTER_PX + columns.column * (n + 0.5))
  const back = message.kind === 'accepted' || message.kind === 'result'
  const way = to > from ? 1 : -1
  const end = from === to ? from : to - way
  const loop = `M${from} ${y - 8}h${LOOP_PX}v12H${from + 1}`
  const point = from === to ? head(from + 1, y + 4, -1) : head(end, y, way)
  return (
    <svg aria-hidden="true" width={columns.width} height={height}>
      {lines.map((x) => (
        <path key={x} class="life" d={`M${x} 0V${height}`} />
      ))}
      <path class={back ? 'arrow back' : 'arrow'} d={from === to ? loop : `M${from} ${y}H${end}`} />
      <path class="point" d={point} />
      {message.kind === 'fold' && from !== to && (
        <path class="point" d={head(from + way, y, -way)} />
      )}
    </svg>
  )
}

const ARROW_Y = { offer: 32, accepted: 22, result: 24, fold: 24 } as const

const head = (x: number, y: number, way: number): string => `M${x} ${y}l${-8 * way} -4.5v9z`
