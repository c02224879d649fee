/** The timeline: who did what when, a lane for each agent, arrows for what was handed on. */

import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { criticalPath } from '../../../../src/observer/query/critical-path.ts'
import type { StoredSpan } from '../../../../src/observer/store.ts'
import { Empty } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import type { Span } from '../../types.ts'
import type { Run } from '../run.ts'
import { Timeline } from './model.ts'
import { arrowsOf } from './paint-links.ts'
import { Stage } from './stage.tsx'
import './timeline.css'
import { Toolbar } from './toolbar.tsx'
import { NONE } from './tree.ts'

/** ms without a move after which the address says what is seen. */
const ADDRESS_MS = 250
/** Between two steps of what grows, ms. */
const TICK_MS = 250
const US = 1_000

export function TimelineView({ run }: { readonly run: Run }) {
  const timeline = useMemo(() => new Timeline(), [run.trace])
  useLayoutEffect(() => timeline.show(run.spans, run.summary), [timeline, run.spans])
  useEffect(() => () => timeline.stop(), [timeline])
  const { value } = query
  useLayoutEffect(() => timeline.shortenIdle(value.get('idle') === 'short'), [timeline, value])
  useAddress(timeline)
  useClock(timeline)
  const extras = useExtras(timeline, run)
  // Who follows a link to a span sees it.
  const { selected } = extras
  useEffect(() => timeline.activate(selected), [timeline, selected !== NONE, run.summary.trace])
  if (run.spans.length === 0 && run.complete) {
    return <Empty title="No spans yet">What comes appears here by itself.</Empty>
  }
  const open = (span: number): void => change({ span: run.spans[span]?.span })
  return (
    <>
      <Toolbar timeline={timeline} complete={run.complete} {...extras} />
      <Stage
        timeline={timeline}
        extras={extras}
        open={open}
        close={() => change({ span: undefined })}
      />
    </>
  )
}

/** By the spans that are laid out, which are those of the run a moment later. */
function useExtras(timeline: Timeline, { handoffs }: Run) {
  const layout = timeline.layout.value
  const { spans, places: placeOf } = layout
  const { value } = query
  const arrows = useMemo(() => arrowsOf(layout, handoffs, placeOf), [layout, handoffs])
  const wanted = value.get('path') === 'critical'
  const path = useMemo(
    () => (wanted ? criticalPath(spans as readonly StoredSpan[]) : undefined),
    [wanted, spans]
  )
  const critical = useMemo(() => {
    if (path === undefined) return undefined
    const on = new Set(path.map(({ span }) => span))
    return Uint8Array.from(spans, ({ span }) => Number(on.has(span)))
  }, [path])
  const text = value.get('find') ?? ''
  const found = useMemo(() => foundIn(spans, text), [spans, text])
  const selected = placeOf.get(value.get('span') ?? '') ?? NONE
  return useMemo(
    () => ({ arrows, path, placeOf, found, critical, selected }),
    [arrows, path, placeOf, found, critical, selected]
  )
}

/** Where every word stands: in names, agents, models, tools, errors. Nothing for no words. */
export function foundIn(spans: readonly Span[], text: string): Uint8Array | undefined {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return undefined
  return Uint8Array.from(spans, (span) => {
    const { name, kind, agent, model, tool, skill, status, error, span: id } = span
    const all = [name, kind, agent, model, tool, skill, status, error?.code, error?.message, id]
    const here = all.join(' ').toLowerCase()
    return Number(words.every((word) => here.includes(word)))
  })
}

/** The address says what is seen, and what is seen follows the address: `from` and `to`, ms. */
function useAddress(timeline: Timeline): void {
  const { value } = query
  const [from, to] = [value.get('from') ?? '', value.get('to') ?? '']
  const written = useRef(' ')
  const known = timeline.layout.value.spans.length > 0
  useLayoutEffect(() => {
    const told = `${from} ${to}`
    if (!known || told === written.current) return
    written.current = told
    const [fromUs, toUs] = [Number(from) * US, Number(to) * US]
    if (from !== '' && to !== '' && toUs > fromUs) timeline.lookAt(fromUs, toUs)
    else timeline.reset()
  }, [timeline, known, from, to])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = timeline.chosen.subscribe(() => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        if (timeline.layout.peek().spans.length === 0) return
        const times = timeline.times()
        const ms = (us: number): string => (us / US).toFixed(3)
        const told = times && { from: ms(times.fromUs), to: ms(times.toUs) }
        written.current = `${told?.from ?? ''} ${told?.to ?? ''}`
        change({ from: told?.from, to: told?.to }, 'replace')
      }, ADDRESS_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [timeline])
}

/** What runs grows, as long as somebody sees it. */
function useClock(timeline: Timeline): void {
  const running = timeline.running.value
  useEffect(() => {
    if (!running) return undefined
    timeline.tick(Date.now())
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') timeline.tick(Date.now())
    }, TICK_MS)
    return () => clearInterval(timer)
  }, [timeline, running])
}
