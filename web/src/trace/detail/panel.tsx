/** All about one span, beside whatever view it was opened from. */

import { useEffect, useRef } from 'preact/hooks'
import { get } from '../../api.ts'
import { Link } from '../../link.tsx'
import { useLoad } from '../../load.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { useOpened } from '../../parts/opened.ts'
import { Failure, Loading } from '../../parts/states.tsx'
import { change, withQuery } from '../../route.ts'
import type { Handoff, Span, SpanDetail } from '../../types.ts'
import type { Run } from '../run.ts'
import { Claims } from './claims.tsx'
import type { Claim } from './claims.tsx'
import { Contents } from './contents.tsx'
import './detail.css'
import { Facts } from './facts.tsx'
import { Family } from './family.tsx'
import { HandoffPart } from './handoff.tsx'
import { Json } from './json.tsx'

interface PanelProps {
  readonly run: Run
  readonly span: string
}

export function SpanPanel({ run, span }: PanelProps) {
  const { trace, spans } = run
  const known = spans.find((one) => one.span === span)
  const { value, error, again } = useLoad(`span ${trace} ${span}`, (signal) =>
    get<SpanDetail>(`/api/v1/traces/${trace}/spans/${span}`, {}, signal)
  )
  // What was told meanwhile is loaded too.
  useAgain(again, `${known?.status} ${known?.endUs}`)
  const head = useOpened({ preventScroll: true })
  const { name, kind } = known ?? value?.versions[0] ?? { name: span, kind: 'other' }
  return (
    <aside
      class="detail"
      aria-label="Span"
      onKeyDown={({ key }) => key === 'Escape' && change({ span: undefined })}
    >
      <header class="row">
        <h2 tabIndex={-1} ref={head}>
          <bdi>{name ?? kind}</bdi>
        </h2>
        <Link to={withQuery({ span: undefined })} class="close" aria-label="Close the span">
          ✕
        </Link>
      </header>
      {value === undefined && error === undefined && <Loading what="the span" rows={4} />}
      {error && <Failure what="This span" error={error} again={again} />}
      {value !== undefined && <Told run={run} detail={value} span={span} />}
    </aside>
  )
}

/** With each change of what it depends on, but not at first. */
function useAgain(again: () => void, of: string): void {
  const before = useRef(of)
  useEffect(() => {
    if (before.current !== of) again()
    before.current = of
  }, [of])
}

interface ToldProps extends PanelProps {
  readonly detail: SpanDetail
}

function Told({ run, detail: { versions, facts }, span }: ToldProps) {
  const { spans, handoffs } = run
  const here = handoffs.filter((one) => one.spans.giver === span || one.spans.taker === span)
  const parent = versions.find((one) => one.parent !== undefined)?.parent
  return (
    <>
      <Claims claims={claimsOf(versions, here, spans)} />
      <p class="row">
        <code>{span}</code>
        <CopyButton text={() => span} name="Copy id" />
      </p>
      {here.slice(0, HANDOFFS_MAX).map((one) => (
        <HandoffPart key={one.id} of={one} here={span} />
      ))}
      {here.length > HANDOFFS_MAX && (
        <p class="muted">and {here.length - HANDOFFS_MAX} more handoffs.</p>
      )}
      <Family spans={spans} of={span} parent={parent} />
      <Contents key={span} run={run} span={span} />
      <Facts key={`facts ${span}`} facts={facts} startUs={versions[0]?.startUs} />
      {versions.map(({ source, attributes }) => (
        <Attributes key={`${source.kind} ${source.by}`} of={attributes} />
      ))}
    </>
  )
}

const HANDOFFS_MAX = 5

/** Everybody who told of this span, and the other side of the task when it is one's. */
function claimsOf(
  versions: readonly Span[],
  handoffs: readonly Handoff[],
  spans: readonly Span[]
): readonly Claim[] {
  const own = versions.map((span) => ({ title: titleOf(span), span }))
  const [handoff] = handoffs
  const [first] = versions
  if (handoffs.length !== 1 || handoff === undefined || first === undefined) return own
  const { giver, taker } = handoff.spans
  const otherId = giver === first.span ? taker : giver
  const other = spans.find(({ span }) => span === otherId)
  // What gave the work may be a whole run; its claim is about this work only if it is that task's.
  if (other?.task === undefined || other.task !== first.task || other.span === first.span)
    return own
  return [...own, { title: titleOf(other, 'The other side'), span: other }]
}

const titleOf = ({ side }: Span, otherwise = 'As told'): string =>
  side === 'requester' ? 'Who asked' : side === 'executor' ? 'Who worked' : otherwise

function Attributes({ of }: { readonly of: Readonly<Record<string, unknown>> | undefined }) {
  if (of === undefined || Object.keys(of).length === 0) return null
  return (
    <section>
      <h3>Attributes</h3>
      <Json of={of} />
      <p class="row">
        <CopyButton text={() => JSON.stringify(of, null, 2)} name="Copy as JSON" />
      </p>
    </section>
  )
}
